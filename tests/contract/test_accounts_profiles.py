"""What a tenant's profile says of its account, and when its keys lead nowhere any more."""

from collections.abc import Callable

import pytest

from darkroom.aws.accounts_table import AccountsTable, Caller, UnknownTenantError
from darkroom.aws.clients import Clients
from darkroom.aws.sub_accounts import DynamoSubAccounts
from darkroom.jobs.account import Account
from darkroom.jobs.sub_account import SubAccountTerms

NOW = 1_760_000_000.5
SUB = "sub-of-acme"


@pytest.fixture
def accounts(clients: Clients, accounts_table_name: str) -> AccountsTable:
    return AccountsTable(clients.dynamodb, accounts_table_name)


@pytest.fixture
def sub_accounts(clients: Clients, accounts_table_name: str) -> DynamoSubAccounts:
    return DynamoSubAccounts(clients.dynamodb, accounts_table_name)


def caller(accounts: AccountsTable, api_key: str) -> Caller:
    found = accounts.find_caller(api_key)
    assert found is not None
    return found


def test_a_new_tenant_is_nobodys_has_no_cap_and_no_limit(accounts: AccountsTable) -> None:
    key = accounts.create_tenant("acme", NOW)
    assert accounts.account("acme") == Account("acme")
    assert caller(accounts, key.api_key) == Caller(Account("acme"), key.key_id)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda table: table.set_requests_per_minute("acme", 60), Account("acme", requests_per_minute=60)),
        (lambda table: table.set_cap("acme", 1), Account("acme", payers=("acme",))),
        (lambda table: table.set_own_upstream_key("acme", True), Account("acme", own_upstream_key=True)),
    ],
)
def test_what_is_set_is_read_by_name_and_by_key(
    accounts: AccountsTable, change: Callable[[AccountsTable], None], expected: Account
) -> None:
    key = accounts.create_tenant("acme", NOW)
    change(accounts)
    assert accounts.account("acme") == caller(accounts, key.api_key).account == expected


def test_what_is_taken_back_is_as_it_never_was(accounts: AccountsTable) -> None:
    accounts.create_tenant("acme", NOW)
    accounts.set_requests_per_minute("acme", 60)
    accounts.set_cap("acme", 1)
    accounts.set_own_upstream_key("acme", True)
    accounts.set_requests_per_minute("acme", None)
    accounts.set_cap("acme", None)
    accounts.set_own_upstream_key("acme", False)
    assert accounts.account("acme") == Account("acme")


@pytest.mark.parametrize(
    ("owners_cap", "own_cap", "payers"),
    [
        (False, None, ()),
        (True, None, ("acme",)),
        (False, 1_000_000, (SUB,)),
        (True, 1_000_000, (SUB, "acme")),
    ],
)
def test_a_sub_account_is_booked_with_its_owner_where_each_has_a_cap(
    accounts: AccountsTable,
    sub_accounts: DynamoSubAccounts,
    owners_cap: bool,
    own_cap: int | None,
    payers: tuple[str, ...],
) -> None:
    accounts.create_tenant("acme", NOW)
    api_key = sub_accounts.add("acme", SUB, SubAccountTerms("shop", own_cap), NOW)
    assert api_key is not None
    accounts.set_cap("acme", 1_000_000 if owners_cap else None)
    expected = Account(SUB, owner="acme", payers=payers)
    assert accounts.account(SUB) == caller(accounts, api_key).account == expected


def test_a_sub_account_knows_its_owners_requests_a_minute(
    accounts: AccountsTable, sub_accounts: DynamoSubAccounts
) -> None:
    accounts.create_tenant("acme", NOW)
    accounts.set_requests_per_minute("acme", 60)
    sub_accounts.add("acme", SUB, SubAccountTerms("shop", requests_per_minute=90), NOW)
    expected = Account(SUB, owner="acme", requests_per_minute=90, owner_requests_per_minute=60)
    assert accounts.account(SUB) == expected


def test_a_further_key_of_a_sub_account_knows_the_owner_too(
    accounts: AccountsTable, sub_accounts: DynamoSubAccounts
) -> None:
    accounts.create_tenant("acme", NOW)
    sub_accounts.add("acme", SUB, SubAccountTerms("shop"), NOW)
    key = accounts.create_key(SUB, "second", NOW)
    assert caller(accounts, key.api_key).account.owner == "acme"


@pytest.mark.parametrize("removed", [SUB, "acme"])
def test_keys_of_a_removed_tenant_and_of_its_sub_accounts_lead_nowhere(
    accounts: AccountsTable, sub_accounts: DynamoSubAccounts, removed: str
) -> None:
    owners = accounts.create_tenant("acme", NOW)
    api_key = sub_accounts.add("acme", SUB, SubAccountTerms("shop"), NOW)
    assert api_key is not None
    accounts.remove_tenant(removed, NOW + 1)
    assert accounts.find_caller(api_key) is None
    assert accounts.account(SUB) is None
    assert (accounts.find_caller(owners.api_key) is None) is (removed == "acme")
    with pytest.raises(UnknownTenantError):
        accounts.create_key(removed, "", NOW)


@pytest.mark.parametrize("tenant", ["nobody", "removed", "", "#", "x" * 5000])
def test_who_is_unknown_or_removed_has_no_account_and_can_t_be_changed(
    accounts: AccountsTable, tenant: str
) -> None:
    accounts.create_tenant("removed", NOW)
    accounts.remove_tenant("removed", NOW)
    assert accounts.account(tenant) is None
    with pytest.raises(UnknownTenantError):
        accounts.set_requests_per_minute(tenant, 60)
    with pytest.raises(UnknownTenantError):
        accounts.set_cap(tenant, 1)
    with pytest.raises(UnknownTenantError):
        accounts.remove_tenant(tenant, NOW)
