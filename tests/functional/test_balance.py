"""The balance through the handler: what is left of a cap, or upstream's own."""

import pytest

from darkroom import accounts_wiring, adapters, wiring
from functional.accounts import AccountsApi, Reply
from functional.jobs import REQUEST
from functional.workers import Workers


def cap(tenant: str, microusd: int | None) -> None:
    adapters.accounts_table().set_cap(tenant, microusd)


def accept_a_job(tenant: str) -> None:
    account = adapters.accounts_table().account(tenant)
    assert account is not None
    wiring.acceptor().accept(account, REQUEST)


def balance(reply: Reply) -> float:
    assert reply.status == 200, reply.text
    assert (reply.body["code"], reply.body["message"]) == (200, "success")
    usd = reply.body["data"]["balance"]
    assert isinstance(usd, float)
    return usd


@pytest.mark.usefixtures("stack")
def test_with_a_cap_it_is_what_is_left_of_it(accounts_api: AccountsApi, owner: str) -> None:
    cap("acme", 5_000_000)
    assert balance(accounts_api.call(owner, "get-balance")) == 5.0
    accept_a_job("acme")
    assert balance(accounts_api.call(owner, "get-balance")) == 4.973


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("owners", [10_000_000, 3_000_000, None])
def test_a_sub_account_is_shown_what_is_left_of_its_own_cap(
    accounts_api: AccountsApi, owner: str, owners: int | None
) -> None:
    cap("acme", owners)
    sub_account = accounts_api.made(owner, spend_cap_cents=900)
    assert balance(accounts_api.call(sub_account["key"], "get-balance")) == 9.0


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("owners", [10_000_000, None])
def test_a_sub_account_without_a_cap_learns_neither_its_owners_nor_the_operators_balance(
    accounts_api: AccountsApi, owner: str, owners: int | None
) -> None:
    cap("acme", owners)
    sub_account = accounts_api.made(owner, spend_cap_cents=None)
    reply = accounts_api.call(sub_account["key"], "get-balance")
    assert (reply.status, reply.body["code"], reply.body["error_code"]) == (409, 409, "balance_unknown")
    assert reply.body["data"] == {}
    assert "no spend cap of its own" in reply.body["message"]


@pytest.mark.usefixtures("stack")
def test_a_cap_below_what_is_spent_leaves_nothing_and_no_debt(accounts_api: AccountsApi, owner: str) -> None:
    cap("acme", 5_000_000)
    accept_a_job("acme")
    adapters.budgets().set_cap("acme", 1)
    assert balance(accounts_api.call(owner, "get-balance")) == 0.0


def test_without_a_cap_it_is_upstreams_asked_once_a_minute(
    workers: Workers, accounts_api: AccountsApi, owner: str, rival: str
) -> None:
    workers.simulator.settings(balance_microusd=12_345_678)
    assert balance(accounts_api.call(owner, "get-balance")) == 12.345678
    workers.simulator.settings(balance_microusd=1)
    assert balance(accounts_api.call(rival, "get-balance")) == 12.345678
    accounts_wiring.balances.cache_clear()
    assert balance(accounts_api.call(owner, "get-balance")) == 0.000001


@pytest.mark.usefixtures("stack")
def test_an_upstream_that_does_not_answer_is_503_with_the_time_to_wait(
    accounts_api: AccountsApi, owner: str
) -> None:
    reply = accounts_api.call(owner, "get-balance")
    assert (reply.status, reply.body["code"], reply.body["data"]) == (503, 503, {})
    assert int(reply.headers["retry-after"]) >= 1
