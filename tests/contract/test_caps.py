"""A cap is a budget and a profile that names it: whoever changes them at once, the two agree."""

from typing import Any

import pytest

from contract.overtaken import Overtaken
from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.budgets import Budgets
from darkroom.aws.clients import Clients
from darkroom.aws.sub_accounts import DynamoSubAccounts
from darkroom.jobs.money import Budget
from darkroom.jobs.sub_account import SubAccountTerms

NOW = 1_760_000_000.0
SUB = "sub-1"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def accounts(clients: Clients, accounts_table_name: str) -> AccountsTable:
    accounts = AccountsTable(clients.dynamodb, accounts_table_name)
    accounts.create_tenant("acme", NOW)
    DynamoSubAccounts(clients.dynamodb, accounts_table_name).add("acme", SUB, SubAccountTerms("shop"), NOW)
    return accounts


def state(clients: Clients, accounts: AccountsTable, tenant: str) -> tuple[bool, Budget | None]:
    """Whether jobs are booked in its budget, and the budget that is shown."""
    account = accounts.account(tenant)
    assert account is not None
    return tenant in account.payers, Budgets(clients.dynamodb, "accounts").read(tenant)


CHANGES = [(None, None), (None, 7), (None, 5), (7, None), (7, 5), (5, 5)]


@pytest.mark.parametrize("before", [None, 5])
@pytest.mark.parametrize(("first", "last"), CHANGES)
def test_the_operators_change_that_was_overtaken_is_the_one_that_holds(
    clients: Clients, accounts: AccountsTable, before: int | None, first: int | None, last: int | None
) -> None:
    accounts.set_cap("acme", before)
    client: Any = Overtaken(clients.dynamodb, lambda: accounts.set_cap("acme", first))
    AccountsTable(client, "accounts").set_cap("acme", last)
    expected = (False, None) if last is None else (True, Budget(last))
    assert state(clients, accounts, "acme") == expected


@pytest.mark.parametrize("before", [None, 5])
@pytest.mark.parametrize(("first", "last"), CHANGES)
def test_an_owners_change_that_was_overtaken_is_the_one_that_holds(
    clients: Clients, accounts: AccountsTable, before: int | None, first: int | None, last: int | None
) -> None:
    sub_accounts = DynamoSubAccounts(clients.dynamodb, "accounts")
    assert sub_accounts.change("acme", SUB, {"cap_microusd": before})
    client: Any = Overtaken(
        clients.dynamodb, lambda: sub_accounts.change("acme", SUB, {"cap_microusd": first})
    )
    assert DynamoSubAccounts(client, "accounts").change("acme", SUB, {"cap_microusd": last, "name": "new"})
    expected = (False, None) if last is None else (True, Budget(last))
    assert state(clients, accounts, SUB) == expected
    found = sub_accounts.get("acme", SUB)
    assert found is not None
    assert found.name == "new"


def test_nobody_elses_sub_account_gets_a_cap(clients: Clients, accounts: AccountsTable) -> None:
    accounts.create_tenant("rival", NOW)
    assert not DynamoSubAccounts(clients.dynamodb, "accounts").change("rival", SUB, {"cap_microusd": 7})
    assert state(clients, accounts, SUB) == (False, None)
