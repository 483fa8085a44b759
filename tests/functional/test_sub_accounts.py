"""Sub-accounts through the handlers: made, shown and changed, with what they may spend."""

from typing import Any

import pytest

from darkroom import adapters
from functional.accounts import SHOP, AccountsApi

pytestmark = pytest.mark.usefixtures("stack")


def test_a_new_one_is_answered_with_its_key_and_what_it_may(accounts_api: AccountsApi, owner: str) -> None:
    reply = accounts_api.call(owner, "create-sub-account", body=SHOP)
    assert reply.status == 201
    assert reply.body["key"] == reply.body["scoped_key"]
    assert {name: reply.body[name] for name in SHOP} == SHOP
    assert (reply.body["spent_cents"], reply.body["reserved_cents"]) == (0, 0)
    assert isinstance(reply.body["created_at"], int)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["location"].endswith(f"/v1/sub-accounts/{reply.body['id']}")


def test_its_key_calls_as_a_tenant_of_its_own_with_its_limits(accounts_api: AccountsApi, owner: str) -> None:
    adapters.accounts_table().set_cap("acme", 9_000_000)
    adapters.accounts_table().set_requests_per_minute("acme", 90)
    sub_account = accounts_api.made(owner)
    context = accounts_api.authorizer_context(sub_account["key"])
    assert context["tenant"] == context["principalId"] == sub_account["id"]
    assert context["owner"] == "acme"
    assert context["payers"] == f"{sub_account['id']},acme"
    assert (context["requests_per_minute"], context["owner_requests_per_minute"]) == ("60", "90")


def test_it_has_a_webhook_secret_of_its_own_from_the_start(accounts_api: AccountsApi, owner: str) -> None:
    sub_account = accounts_api.made(owner)
    owners = accounts_api.call(owner, "get-webhook-secret").body["secret"]
    own = accounts_api.call(sub_account["key"], "get-webhook-secret").body["secret"]
    assert own.startswith("whsec_")
    assert own != owners
    assert own not in str(sub_account)


def test_the_key_is_shown_once(accounts_api: AccountsApi, owner: str) -> None:
    sub_account = accounts_api.made(owner)
    listed = accounts_api.call(owner, "list-sub-accounts")
    shown = accounts_api.call(owner, "get-sub-account", sub_account["id"])
    changed = accounts_api.call(owner, "change-sub-account", sub_account["id"], body={"name": "new"})
    for reply in (listed, shown, changed):
        assert reply.status == 200
        assert sub_account["key"] not in reply.text
        assert "key" not in reply.text.replace("sub_account", "")
    assert listed.body == {"object": "list", "data": [shown.body], "has_more": False, "cursor": None}
    assert shown.body == {name: v for name, v in sub_account.items() if name not in ("key", "scoped_key")}


def test_a_list_goes_on_at_its_cursor(accounts_api: AccountsApi, owner: str) -> None:
    ids = {accounts_api.made(owner, name=f"number {number}")["id"] for number in range(3)}
    first = accounts_api.call(owner, "list-sub-accounts", query={"limit": "2"}).body
    assert first["has_more"]
    second = accounts_api.call(
        owner, "list-sub-accounts", query={"limit": "2", "cursor": first["cursor"]}
    ).body
    assert not second["has_more"]
    assert {each["id"] for each in first["data"] + second["data"]} == ids


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "x"}, {"page": "2"}]
)
def test_a_bad_query_is_422(accounts_api: AccountsApi, owner: str, query: dict[str, str]) -> None:
    reply = accounts_api.call(owner, "list-sub-accounts", query=query)
    assert (reply.status, reply.body["error"]["param"]) == (422, next(iter(query)))


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "webhook_url": "https://hooks.example.com"}, "webhook_url"),
        ({"name": "x", "spend_cap_cents": -1}, "spend_cap_cents"),
        ({"name": "x", "spend_cap_cents": 100_000_001}, "spend_cap_cents"),
        ({"name": "x", "spend_cap_cents": 0.00001}, "spend_cap_cents"),
        ({"name": "x", "spend_cap_cents": "500"}, "spend_cap_cents"),
        ({"name": "x", "spend_cap_cents": True}, "spend_cap_cents"),
        ('{"name": "x", "spend_cap_cents": 1e999}', "spend_cap_cents"),
        ({"name": "x", "rate_limit_rpm": 0}, "rate_limit_rpm"),
        ({"name": "x", "rate_limit_rpm": 1.5}, "rate_limit_rpm"),
        ({"name": "x", "rate_limit_rpm": 100_001}, "rate_limit_rpm"),
    ],
)
def test_a_bad_field_is_named(accounts_api: AccountsApi, owner: str, body: object, param: str) -> None:
    reply = accounts_api.call(owner, "create-sub-account", body=body)
    assert (reply.status, reply.body["error"]["param"]) == (422, param)
    assert accounts_api.call(owner, "list-sub-accounts").body["data"] == []


@pytest.mark.parametrize(
    ("cents", "microusd"),
    [(0, 0), (27.5, 275_000), (0.0001, 1), (0.1 + 0.2, 3_000), (99_999_999.9999, 999_999_999_999)],
)
def test_cents_are_kept_to_the_micro_dollar(
    accounts_api: AccountsApi, owner: str, cents: float, microusd: int
) -> None:
    sub_account = accounts_api.made(owner, spend_cap_cents=cents)
    budget = adapters.budgets().read(sub_account["id"])
    assert budget is not None
    assert budget.cap == microusd
    assert sub_account["spend_cap_cents"] == pytest.approx(cents)


def test_a_change_touches_what_it_names(accounts_api: AccountsApi, owner: str) -> None:
    sub_account = accounts_api.made(owner)

    def change(**fields: Any) -> dict[str, Any]:
        reply = accounts_api.call(owner, "change-sub-account", sub_account["id"], body=fields)
        assert reply.status == 200, reply.text
        return {name: reply.body[name] for name in SHOP}

    assert change() == SHOP
    assert change(name="the mill") == SHOP | {"name": "the mill"}
    assert change(spend_cap_cents=1.5)["spend_cap_cents"] == 1.5
    assert change(rate_limit_rpm=None)["rate_limit_rpm"] is None
    assert change(spend_cap_cents=None)["spend_cap_cents"] is None
    assert "payers" not in accounts_api.authorizer_context(sub_account["key"])
    assert change(spend_cap_cents=700)["spend_cap_cents"] == 700
    assert accounts_api.authorizer_context(sub_account["key"])["payers"] == sub_account["id"]


@pytest.mark.parametrize("body", [{"name": None}, {"id": "sub-mine"}, {"spend_cap_cents": -1}])
def test_a_bad_change_changes_nothing(accounts_api: AccountsApi, owner: str, body: object) -> None:
    sub_account = accounts_api.made(owner)
    assert accounts_api.call(owner, "change-sub-account", sub_account["id"], body=body).status == 422
    shown = accounts_api.call(owner, "get-sub-account", sub_account["id"]).body
    assert {name: shown[name] for name in SHOP} == SHOP
