"""A tenant's own upstream key on the deployed stack: who is charged, and where the key is not."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from darkroom.aws.accounts_table import AccountsTable
from local.api import Api
from local.simulator.caller import Caller
from stack.conftest import DREAMINA, Stack
from stack.test_roles import client as role_client
from stack.test_roles import refused


@dataclass(frozen=True)
class Tenant:
    """`key` opens an account of its own at the simulator, with 10 dollars on it."""

    stack: Stack
    name: str
    key: str
    api: Api

    @property
    def label(self) -> str:
        """How the simulator's statistics name the account."""
        return "…" + self.key[-4:]

    def put(self, key: str) -> dict[str, Any]:
        answer = self.api.http.put("/v1/upstream-key", json={"api_key": key})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def with_a_fresh_key(self) -> Api:
        """The authorizer has not answered for it yet, and so knows what is registered by now."""
        key = _accounts(self.stack).create_key(self.name, "fresh", time.time())
        return Api(self.stack.state["api_url"], key.api_key)

    def balance_usd(self, key: str) -> float:
        with Caller(self.stack.simulator.url, key) as caller:
            return float(caller.http.get("/api/v3/balance").json()["data"]["balance"])


@pytest.fixture
def tenant(stack: Stack) -> Iterator[Tenant]:
    name, key = f"byok-{secrets.token_hex(4)}", f"simulated-own-{secrets.token_hex(16)}"
    stack.simulator.open_account(key, f"whsec_{secrets.token_hex(24)}", balance_microusd=10_000_000)
    made = _accounts(stack).create_tenant(name, time.time())
    api = Api(stack.state["api_url"], made.api_key)
    yield Tenant(stack, name, key, api)
    api.http.delete("/v1/upstream-key")
    api.close()


def test_a_job_on_an_own_key_is_charged_to_its_account_and_its_callback_is_verified(tenant: Tenant) -> None:
    stacks_key = tenant.stack.state["upstream_key"]
    before = tenant.balance_usd(stacks_key)
    tenant.put(tenant.key)
    api = tenant.with_a_fresh_key()
    done = api.finished(api.submit(model=DREAMINA, prompt="a harbour of one's own", size="512*512")["id"])
    api.close()
    assert (done["status"], done["billing"]["own_upstream_key"]) == ("completed", True)
    stats = tenant.stack.simulator.stats()
    assert stats.accepted_by_account == {tenant.label: 1}
    assert (stats.callbacks_delivered, stats.result_gets) == (1, 1)
    assert tenant.balance_usd(tenant.key) == pytest.approx(9.973)
    assert tenant.balance_usd(stacks_key) == before
    assert_nowhere(tenant.stack, tenant.key)


def test_a_key_is_registered_replaced_and_removed(tenant: Tenant) -> None:
    fingerprint = hashlib.sha256(tenant.key.encode()).hexdigest()[:8]
    shown = tenant.put(tenant.key)
    assert (shown["configured"], shown["fingerprint"]) == (True, fingerprint)
    assert tenant.put(tenant.key)["fingerprint"] == fingerprint
    assert tenant.api.http.get("/v1/upstream-key").json()["fingerprint"] == fingerprint
    for method in ("DELETE", "DELETE", "GET"):
        assert tenant.api.http.request(method, "/v1/upstream-key").json() == {"configured": False}
    assert tenant.put(tenant.key)["configured"]


def test_a_key_that_upstream_does_not_know_is_refused(tenant: Tenant) -> None:
    answer = tenant.api.http.put("/v1/upstream-key", json={"api_key": "simulated-nobody-knows-me"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "upstream_key_refused")
    assert "nobody-knows-me" not in answer.text


def test_tenants_keys_are_within_reach_of_three_functions_and_of_no_other_stack(tenant: Tenant) -> None:
    tenant.put(tenant.key)
    name = f"{tenant.stack.state['stack_name']}/tenants/{tenant.name}/upstream-key"
    elsewhere = f"another-stack/tenants/{tenant.name}/upstream-key"
    for role in ("PollerRole", "CallbackRole", "AccountsRole"):
        manager = role_client(tenant.stack, role, "secretsmanager")
        assert manager.get_secret_value(SecretId=name)["SecretString"] == tenant.key
        assert refused(manager.get_secret_value, SecretId=elsewhere)
    for role in ("SubmitRole", "QueryRole", "WebhookRole", "ReconcilerRole", "AuthorizerRole"):
        manager = role_client(tenant.stack, role, "secretsmanager")
        assert refused(manager.get_secret_value, SecretId=name)
    poller = role_client(tenant.stack, "PollerRole", "secretsmanager")
    assert refused(poller.update_secret, SecretId=name, SecretString="x")
    accounts = role_client(tenant.stack, "AccountsRole", "secretsmanager")
    assert refused(accounts.create_secret, Name=elsewhere, SecretString="x")


def assert_nowhere(stack: Stack, key: str) -> None:
    """Not in a table, not in a log: neither the functions' nor those of the local programs."""
    for table in (stack.state["jobs_table"], stack.state["accounts_table"]):
        pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        assert not [item for page in pages for item in page["Items"] if key in json.dumps(item)]
    lines = list(_log_lines(stack))
    assert any("submitted" in line for line in lines)
    assert not [line for line in lines if key in line]
    for log in Path(os.environ["DARKROOM_STACK"]).parent.glob("*.log"):
        assert key not in log.read_text(errors="replace"), log.name


def _log_lines(stack: Stack) -> Iterator[str]:
    logs = stack.client("logs")
    prefix = f"/aws/lambda/{stack.state['stack_name']}/"
    for group in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        yield from (event["message"] for page in pages for event in page["events"])


def _accounts(stack: Stack) -> AccountsTable:
    return AccountsTable(stack.client("dynamodb"), stack.state["accounts_table"])
