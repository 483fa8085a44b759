"""An API key in, its tenant's account out; every bad key is the same 401."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from authorizer.app import lambda_handler
from darkroom import adapters
from darkroom.aws.accounts_table import AccountsTable
from darkroom.http.api import Api
from functional.accounts import AccountsApi
from template.reading import ROOT

pytestmark = pytest.mark.usefixtures("stack")


def test_a_key_is_its_tenants(event: Any, context: Any) -> None:
    key = adapters.accounts_table().create_tenant("acme", time.time())
    policy = lambda_handler(event("authorizer") | {"authorizationToken": f"Bearer {key.api_key}"}, context)
    assert policy["principalId"] == "acme"
    assert policy["context"]["tenant"] == "acme"
    [statement] = policy["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:abcd1234/live/*"


@pytest.mark.parametrize(
    "change",
    [
        lambda table: None,
        lambda table: table.set_requests_per_minute("acme", 60),
        lambda table: table.set_cap("acme", 1_000_000),
        lambda table: table.set_own_upstream_key("acme", True),
    ],
)
def test_what_it_hands_on_is_read_as_the_account_that_stands_in_the_table(
    accounts_api: AccountsApi, owner: str, change: Callable[[AccountsTable], None]
) -> None:
    table, api = adapters.accounts_table(), Api()
    change(table)
    context = accounts_api.authorizer_context(owner)
    api.current_event = APIGatewayProxyEvent({"requestContext": {"authorizer": context}})
    assert api.account == table.account("acme")


def test_its_import_loads_nothing_heavy() -> None:
    """Every first request of a minute waits for it."""
    code = "import sys, authorizer.app, darkroom.aws.accounts_table as _; print(*sys.modules)"
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("layers/shared", "functions"))
    run = [sys.executable, "-c", code]
    loaded = subprocess.run(run, env={"PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    heavy = {"pydantic", "httpx", "boto3", "botocore", "aws_lambda_powertools"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_it_names_nothing_that_the_tenant_doesnt_have(accounts_api: AccountsApi, owner: str) -> None:
    assert set(accounts_api.authorizer_context(owner)) == {"principalId", "tenant", "key_id"}


def test_a_removed_tenants_key_is_as_unknown_as_any(accounts_api: AccountsApi, owner: str) -> None:
    sub_account = accounts_api.made(owner)
    adapters.accounts_table().remove_tenant("acme", time.time())
    for api_key in (owner, sub_account["key"]):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            accounts_api.authorizer_context(api_key)


def test_a_revoked_key_is_as_unknown_as_any(event: Any, context: Any) -> None:
    key = adapters.accounts_table().create_tenant("acme", time.time())
    adapters.accounts_table().revoke_key("acme", key.key_id, time.time())
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        lambda_handler(event("authorizer") | {"authorizationToken": f"Bearer {key.api_key}"}, context)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "dr_no-scheme",
        "Bearer dr_unknown",
        "Bearer " + "x" * 9000,
    ],
)
def test_every_bad_key_is_the_same_401(event: Any, context: Any, token: str) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        lambda_handler(event("authorizer") | {"authorizationToken": token}, context)
