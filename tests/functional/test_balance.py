"""The balance through the handler: what is left of a cap, or upstream's own."""

import pytest

from darkroom import accounts_wiring, adapters, wiring
from functional.accounts import AccountsApi, Reply
from functional.jobs import REQUEST
from functional.workers import Workers


def cap(tenant: str, microusd: int) -> None:
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
@pytest.mark.parametrize(("owners", "own", "left"), [(10_000_000, 900, 9.0), (3_000_000, 900, 3.0)])
def test_a_sub_account_may_spend_the_less_of_its_own_and_its_owners(
    accounts_api: AccountsApi, owner: str, owners: int, own: int, left: float
) -> None:
    cap("acme", owners)
    sub_account = accounts_api.made(owner, spend_cap_cents=own)
    assert balance(accounts_api.call(sub_account["key"], "get-balance")) == left


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
