"""An API key in, its tenant out; every bad key is the same 401."""

import time
from typing import Any

import pytest

from authorizer.app import lambda_handler
from darkroom import adapters

pytestmark = pytest.mark.usefixtures("stack")


def test_a_key_is_its_tenants(event: Any, context: Any) -> None:
    key = adapters.accounts_table().create_tenant("acme", time.time())
    policy = lambda_handler(event("authorizer") | {"authorizationToken": f"Bearer {key.api_key}"}, context)
    assert policy["principalId"] == "acme"
    assert policy["context"]["tenant"] == "acme"
    [statement] = policy["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:abcd1234/live/*"


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
