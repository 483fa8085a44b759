"""The accounts: a key leads to its tenant, until it is revoked."""

import json

import pytest

from darkroom.aws.accounts_table import (
    AccountsTable,
    InvalidTenantError,
    Principal,
    TenantExistsError,
    UnknownKeyError,
    UnknownTenantError,
)
from darkroom.aws.clients import Clients

NOW = 1_760_000_000.5


@pytest.fixture
def accounts(clients: Clients, accounts_table_name: str) -> AccountsTable:
    return AccountsTable(clients.dynamodb, accounts_table_name)


def test_a_new_tenant_s_key_leads_to_it(accounts: AccountsTable) -> None:
    key = accounts.create_tenant("acme", NOW)
    assert accounts.find_key(key.api_key) == Principal("acme", key.key_id)


def test_each_further_key_leads_to_the_same_tenant_under_an_id_of_its_own(accounts: AccountsTable) -> None:
    first = accounts.create_tenant("acme", NOW)
    second = accounts.create_key("acme", "for the shop", NOW)
    assert accounts.find_key(second.api_key) == Principal("acme", second.key_id)
    assert first.key_id != second.key_id


def test_a_key_has_256_random_bits_and_is_nowhere_stored(
    accounts: AccountsTable, clients: Clients, accounts_table_name: str
) -> None:
    key = accounts.create_tenant("acme", NOW)
    assert len(key.api_key) == len("dr_") + 43
    stored = json.dumps(clients.dynamodb.scan(TableName=accounts_table_name)["Items"])
    assert key.key_id in stored
    assert key.api_key.removeprefix("dr_") not in stored


@pytest.mark.parametrize(
    "api_key", ["", "dr_", "dr_" + "A" * 43, "sk_" + "A" * 43, "dr_" + "é" * 43, "x" * 9000]
)
def test_an_unknown_or_malformed_key_leads_nowhere(accounts: AccountsTable, api_key: str) -> None:
    accounts.create_tenant("acme", NOW)
    assert accounts.find_key(api_key) is None


def test_a_revoked_key_leads_nowhere_and_the_others_stay(accounts: AccountsTable) -> None:
    first = accounts.create_tenant("acme", NOW)
    second = accounts.create_key("acme", "", NOW)
    accounts.revoke_key("acme", first.key_id, NOW + 1)
    accounts.revoke_key("acme", first.key_id, NOW + 2)
    assert accounts.find_key(first.api_key) is None
    assert accounts.find_key(second.api_key) is not None


def test_a_tenant_can_t_revoke_another_s_key(accounts: AccountsTable) -> None:
    theirs = accounts.create_tenant("rival", NOW)
    accounts.create_tenant("acme", NOW)
    with pytest.raises(UnknownKeyError):
        accounts.revoke_key("acme", theirs.key_id, NOW)
    assert accounts.find_key(theirs.api_key) is not None


def test_a_tenant_is_made_once(accounts: AccountsTable) -> None:
    first = accounts.create_tenant("acme", NOW)
    with pytest.raises(TenantExistsError):
        accounts.create_tenant("acme", NOW + 1)
    assert accounts.has_tenant("acme")
    assert accounts.find_key(first.api_key) is not None


def test_an_unknown_tenant_gets_no_key(accounts: AccountsTable) -> None:
    with pytest.raises(UnknownTenantError):
        accounts.create_key("nobody", "", NOW)
    assert not accounts.has_tenant("nobody")


@pytest.mark.parametrize("tenant", ["", "a", "-acme", "Acme", "a#b", "a_b", "a" * 40, "acme\n", "á-b"])
def test_what_is_no_tenant_s_id_is_refused(accounts: AccountsTable, tenant: str) -> None:
    with pytest.raises(InvalidTenantError):
        accounts.create_tenant(tenant, NOW)
