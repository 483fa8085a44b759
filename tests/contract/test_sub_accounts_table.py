"""Sub-accounts in AccountsTable: made whole, listed by their owner alone, removed once."""

from typing import Any

import pytest

from contract.overtaken import Overtaken
from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.budgets import Budgets, booked
from darkroom.aws.clients import Clients
from darkroom.aws.sub_accounts import DynamoSubAccounts
from darkroom.jobs.money import Budget, Change
from darkroom.jobs.sub_account import SubAccount, SubAccountTerms, TooManySubAccountsError

NOW = 1_760_000_000.25
TERMS = SubAccountTerms("the shop", cap_microusd=5_000_000, requests_per_minute=60)


@pytest.fixture
def accounts(clients: Clients, accounts_table_name: str) -> AccountsTable:
    table = AccountsTable(clients.dynamodb, accounts_table_name)
    table.create_tenant("acme", NOW)
    table.create_tenant("rival", NOW)
    return table


@pytest.fixture
def sub_accounts(accounts: AccountsTable, clients: Clients, accounts_table_name: str) -> DynamoSubAccounts:
    return DynamoSubAccounts(clients.dynamodb, accounts_table_name)


def names(sub_accounts: DynamoSubAccounts, owner: str = "acme") -> list[str]:
    return [each.tenant for each in sub_accounts.list(owner, 100, None).sub_accounts]


def test_a_new_one_is_there_with_all_that_was_asked_for(sub_accounts: DynamoSubAccounts) -> None:
    sub_accounts.add("acme", "sub-1", TERMS, NOW)
    expected = SubAccount("sub-1", "acme", "the shop", NOW, 60, Budget(5_000_000))
    assert sub_accounts.get("acme", "sub-1") == expected
    assert sub_accounts.list("acme", 100, None).sub_accounts == (expected,)


def test_what_is_booked_in_its_budget_is_shown(
    sub_accounts: DynamoSubAccounts, clients: Clients, accounts_table_name: str
) -> None:
    sub_accounts.add("acme", "sub-1", TERMS, NOW)
    write = booked(accounts_table_name, "sub-1", Change(reserved=27_000, spent=54_000), within_cap=True)
    clients.dynamodb.transact_write_items(TransactItems=[write])  # type: ignore[list-item]  # a plain dict
    found = sub_accounts.get("acme", "sub-1")
    assert found is not None
    assert found.budget == Budget(5_000_000, spent=54_000, reserved=27_000)


def test_without_a_cap_there_is_no_budget(sub_accounts: DynamoSubAccounts) -> None:
    sub_accounts.add("acme", "sub-1", SubAccountTerms("free"), NOW)
    found = sub_accounts.get("acme", "sub-1")
    assert found is not None
    assert (found.budget, found.requests_per_minute) == (None, None)


def test_an_id_is_given_once_and_keeps_its_first_terms(
    sub_accounts: DynamoSubAccounts, accounts: AccountsTable
) -> None:
    first = sub_accounts.add("acme", "sub-1", TERMS, NOW)
    assert first is not None
    assert sub_accounts.add("acme", "sub-1", SubAccountTerms("another"), NOW + 1) is None
    assert sub_accounts.fingerprint("acme", "sub-1") == TERMS.fingerprint
    assert sub_accounts.fingerprint("rival", "sub-1") is None
    assert len(names(sub_accounts)) == 1
    assert accounts.find_caller(first) is not None


def test_one_that_is_just_being_made_by_another_is_taken(
    sub_accounts: DynamoSubAccounts, clients: Clients, accounts_table_name: str
) -> None:
    codes = (*["None"] * 5, "ConditionalCheckFailed")
    client: Any = Overtaken(clients.dynamodb, lambda: sub_accounts.add("acme", "sub-1", TERMS, NOW), *codes)
    assert DynamoSubAccounts(client, accounts_table_name).add("acme", "sub-1", TERMS, NOW) is None
    assert len(names(sub_accounts)) == 1


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkroom.aws.sub_accounts.MAX_SUB_ACCOUNTS", 2)


@pytest.mark.usefixtures("two_at_most")
def test_an_owner_has_so_many_at_once_and_no_more_until_one_is_removed(
    sub_accounts: DynamoSubAccounts, accounts: AccountsTable
) -> None:
    sub_accounts.add("acme", "sub-1", TERMS, NOW)
    sub_accounts.add("acme", "sub-2", TERMS, NOW)
    with pytest.raises(TooManySubAccountsError):
        sub_accounts.add("acme", "sub-3", TERMS, NOW)
    assert sub_accounts.add("acme", "sub-2", TERMS, NOW) is None
    assert names(sub_accounts) == ["sub-2", "sub-1"]
    assert sub_accounts.add("rival", "sub-4", TERMS, NOW)
    for _ in range(2):
        sub_accounts.remove("acme", "sub-1", NOW)
    assert sub_accounts.add("acme", "sub-3", TERMS, NOW)
    with pytest.raises(TooManySubAccountsError):
        sub_accounts.add("acme", "sub-5", TERMS, NOW)
    accounts.remove_tenant("sub-2", NOW)
    assert sub_accounts.add("acme", "sub-5", TERMS, NOW)


@pytest.mark.usefixtures("two_at_most")
def test_the_last_one_that_is_just_being_made_by_another_is_taken_and_not_one_too_many(
    sub_accounts: DynamoSubAccounts, clients: Clients, accounts_table_name: str
) -> None:
    sub_accounts.add("acme", "sub-1", TERMS, NOW)
    codes = ("None", "ConditionalCheckFailed", *["None"] * 4)
    client: Any = Overtaken(clients.dynamodb, lambda: sub_accounts.add("acme", "sub-2", TERMS, NOW), *codes)
    assert DynamoSubAccounts(client, accounts_table_name).add("acme", "sub-2", TERMS, NOW) is None


def test_nobody_but_its_owner_sees_changes_or_removes_it(sub_accounts: DynamoSubAccounts) -> None:
    sub_accounts.add("acme", "sub-1", TERMS, NOW)
    assert sub_accounts.get("rival", "sub-1") is None
    assert names(sub_accounts, "rival") == []
    assert not sub_accounts.change("rival", "sub-1", {"name": "taken over"})
    assert not sub_accounts.remove("rival", "sub-1", NOW)
    found = sub_accounts.get("acme", "sub-1")
    assert found is not None
    assert found.name == "the shop"


@pytest.mark.parametrize("not_one", ["acme", "rival", "sub-unknown", "", "../x", "a#b", "x" * 5000])
def test_what_is_no_sub_account_is_none(sub_accounts: DynamoSubAccounts, not_one: str) -> None:
    assert sub_accounts.get("acme", not_one) is None
    assert not sub_accounts.remove("acme", not_one, NOW)


def test_pages_follow_each_other_newest_first(sub_accounts: DynamoSubAccounts) -> None:
    for number in range(5):
        sub_accounts.add("acme", f"sub-{number}", SubAccountTerms(str(number)), NOW + number)
    found, cursor = [], None
    while True:
        page = sub_accounts.list("acme", 2, cursor)
        found.append([each.tenant for each in page.sub_accounts])
        cursor = page.cursor
        if cursor is None:
            break
    assert found == [["sub-4", "sub-3"], ["sub-2", "sub-1"], ["sub-0"]]


def test_a_full_last_page_has_no_cursor(sub_accounts: DynamoSubAccounts) -> None:
    for number in range(2):
        sub_accounts.add("acme", f"sub-{number}", SubAccountTerms(str(number)), NOW + number)
    assert sub_accounts.list("acme", 2, None).cursor is None


def test_another_owners_cursor_is_refused(sub_accounts: DynamoSubAccounts) -> None:
    for number in range(2):
        sub_accounts.add("rival", f"sub-{number}", SubAccountTerms(str(number)), NOW + number)
    cursor = sub_accounts.list("rival", 1, None).cursor
    for wrong in (cursor, "", "nonsense", "é"):
        with pytest.raises(ValueError, match="cursor"):
            sub_accounts.list("acme", 1, wrong)


def test_a_removed_one_is_gone_for_good_and_its_budget_stays(
    sub_accounts: DynamoSubAccounts, clients: Clients, accounts_table_name: str
) -> None:
    api_key = sub_accounts.add("acme", "sub-1", TERMS, NOW)
    assert api_key is not None
    assert sub_accounts.remove("acme", "sub-1", NOW + 1)
    assert not sub_accounts.remove("acme", "sub-1", NOW + 2)
    assert names(sub_accounts) == []
    assert sub_accounts.get("acme", "sub-1") is None
    assert sub_accounts.add_key("sub-1", NOW) is None
    assert not sub_accounts.change("acme", "sub-1", {"name": "back"})
    assert sub_accounts.add("acme", "sub-1", TERMS, NOW) is None
    assert Budgets(clients.dynamodb, accounts_table_name).read("sub-1") == Budget(5_000_000)
