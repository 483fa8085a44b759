"""What a tenant does with its own account on the deployed stack, where no client has a method for it."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from darkroom.aws.accounts_table import AccountsTable
from stack.conftest import Stack
from stack.test_roles import client as role_client
from stack.test_roles import refused


def calls_of(stack: Stack, api_key: str) -> httpx.Client:
    headers = {"authorization": f"Bearer {api_key}"}
    return httpx.Client(base_url=stack.state["api_url"], headers=headers, trust_env=False, timeout=30)


@pytest.fixture
def owner(stack: Stack) -> Iterator[httpx.Client]:
    """A new tenant: what it does to its account touches no other test."""
    accounts = AccountsTable(stack.client("dynamodb"), stack.state["accounts_table"])
    key = accounts.create_tenant(f"owner-{secrets.token_hex(4)}", time.time())
    with calls_of(stack, key.api_key) as client:
        yield client


def made(owner: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = owner.post("/v1/sub-accounts", json={"name": "the shop", **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_sub_account_is_changed_and_its_balance_follows(stack: Stack, owner: httpx.Client) -> None:
    sub_account = made(owner, spend_cap_cents=27.5)
    path = f"/v1/sub-accounts/{sub_account['id']}"
    changed = owner.patch(path, json={"name": "the mill", "rate_limit_rpm": 9})
    assert (changed.status_code, changed.json()["name"], changed.json()["rate_limit_rpm"]) == (
        200,
        "the mill",
        9,
    )
    with calls_of(stack, sub_account["key"]) as theirs:
        assert theirs.get("/api/v3/balance").json()["data"] == {"balance": 0.275}
        owner.patch(path, json={"spend_cap_cents": 1})
        assert theirs.get("/api/v3/balance").json()["data"] == {"balance": 0.01}
        assert theirs.get("/v1/sub-accounts").status_code == 403


def test_without_a_cap_the_balance_is_upstreams(stack: Stack, owner: httpx.Client) -> None:
    answer = owner.get("/api/v3/balance")
    assert answer.status_code == 200
    assert answer.json()["data"]["balance"] > 0


def test_another_owners_sub_account_is_as_unknown_as_any(stack: Stack, owner: httpx.Client) -> None:
    theirs = made(owner)["id"]
    for method in ("GET", "PATCH", "DELETE"):
        body = {"json": {"name": "mine"}} if method == "PATCH" else {}
        answers = [
            stack.api.http.request(method, f"/v1/sub-accounts/{name}", **body)  # type: ignore[arg-type]
            for name in (theirs, "sub-unknown")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text
    assert owner.get(f"/v1/sub-accounts/{theirs}").json()["name"] == "the shop"


def test_rotations_at_the_same_time_lose_none(stack: Stack, owner: httpx.Client) -> None:
    first = owner.get("/v1/webhook-secret").json()["secret"]

    def rotate(number: int) -> httpx.Response:
        return owner.post("/v1/webhook-secret/rotate", headers={"idempotency-key": f"rotation {number}"})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(rotate, range(4)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    made_secrets = [answer.json()["secret"] for answer in answers if answer.status_code == 200]
    shown = owner.get("/v1/webhook-secret").json()
    assert len(made_secrets) >= 1
    assert len(shown["expiring"]) == len(made_secrets)
    assert shown["secret"] in {*made_secrets} - {first}
    again = [rotate(number).json().get("secret") for number in range(4) if answers[number].status_code == 200]
    assert again == made_secrets


def test_wavespeeds_route_shows_the_secret_too(owner: httpx.Client) -> None:
    secret = owner.get("/v1/webhook-secret").json()["secret"]
    shown = owner.get("/api/v3/webhook/secret")
    assert shown.json() == {"code": 200, "message": "success", "data": {"secret": secret}}


def test_the_accounts_function_reads_no_jobs_and_no_other_stacks_secrets(stack: Stack) -> None:
    canary = {"pk": {"S": "canary"}, "sk": {"S": "canary"}}
    dynamodb = role_client(stack, "AccountsRole", "dynamodb")
    assert refused(dynamodb.get_item, TableName=stack.state["jobs_table"], Key=canary)
    ssm = role_client(stack, "AccountsRole", "ssm")
    assert refused(ssm.get_parameter, Name="/another-stack/tenants/acme/webhook-secret")
    assert refused(ssm.put_parameter, Name="/elsewhere", Value="x", Type="SecureString")
