"""Tenants' upstream keys registered, replaced and removed in Secrets Manager; shown by fingerprint alone."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.aws.accounts_table import AccountsTable, UnknownTenantError
from darkroom.aws.clients import Clients
from darkroom.aws.upstream_key_registry import TooManyKeysError, UpstreamKeyRegistry
from darkroom.aws.upstream_keys import UpstreamKeys
from darkroom.ports import ThrottledError
from darkroom.upstreams import RegisteredKey

FIRST = "obviously-fake-first-key"
SECOND = "obviously-fake-second-key"
PREFIX = "stack/tenants"
NAME = f"{PREFIX}/acme/upstream-key"
NOW = 1_760_000_000.5


@pytest.fixture
def accounts(clients: Clients, accounts_table_name: str) -> AccountsTable:
    table = AccountsTable(clients.dynamodb, accounts_table_name)
    table.create_tenant("acme", NOW)
    return table


@pytest.fixture
def registry(clients: Clients, accounts: AccountsTable) -> UpstreamKeyRegistry:
    return UpstreamKeyRegistry(clients.secretsmanager, PREFIX, accounts)


@pytest.fixture
def keys(clients: Clients) -> UpstreamKeys:
    return UpstreamKeys(clients.secretsmanager, PREFIX)


def runs_on_its_own(accounts: AccountsTable, tenant: str = "acme") -> bool:
    account = accounts.account(tenant)
    assert account is not None
    return account.own_upstream_key


def test_a_registered_key_is_known_by_its_fingerprint_alone(
    registry: UpstreamKeyRegistry, accounts: AccountsTable
) -> None:
    shown = registry.register("acme", FIRST, NOW)
    assert shown == registry.find("acme") == RegisteredKey("35c0152f", 1_760_000_000)
    assert runs_on_its_own(accounts)


def test_a_key_stands_in_no_table_and_in_no_description(
    clients: Clients, registry: UpstreamKeyRegistry, accounts_table_name: str
) -> None:
    registry.register("acme", FIRST, NOW)
    stored = clients.dynamodb.scan(TableName=accounts_table_name)["Items"]
    described: Any = clients.secretsmanager.describe_secret(SecretId=NAME)
    assert FIRST not in json.dumps(stored) + json.dumps(described, default=str)


def test_to_register_again_replaces_the_key(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    registry.register("acme", FIRST, NOW)
    replaced = registry.register("acme", SECOND, NOW + 60)
    assert registry.find("acme") == replaced
    assert replaced.created_at == 1_760_000_060
    assert keys.current("acme").api_key == SECOND


def test_the_same_key_again_is_the_one_that_is_there_and_no_new_version(
    registry: UpstreamKeyRegistry, keys: UpstreamKeys
) -> None:
    first = registry.register("acme", FIRST, NOW)
    version = keys.current("acme").version
    assert registry.register("acme", FIRST, NOW + 60) == first
    assert keys.current("acme").version == version


def test_a_key_of_the_same_fingerprint_is_another_key(
    clients: Clients, registry: UpstreamKeyRegistry, keys: UpstreamKeys
) -> None:
    registry.register("acme", FIRST, NOW)
    clients.secretsmanager.put_secret_value(SecretId=NAME, SecretString="another-key-of-that-fingerprint")
    registry.register("acme", FIRST, NOW)
    assert keys.current("acme").api_key == FIRST


def test_a_key_that_stands_but_serves_nobody_is_stored_again(
    registry: UpstreamKeyRegistry, accounts: AccountsTable, keys: UpstreamKeys
) -> None:
    """What is read of it may be the last of a removal a moment ago."""
    registry.register("acme", FIRST, NOW)
    version = keys.current("acme").version
    accounts.set_own_upstream_key("acme", False)
    registry.register("acme", FIRST, NOW)
    assert runs_on_its_own(accounts)
    assert keys.current("acme").version != version


def test_one_version_too_many_says_so_and_leaves_the_key_before(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable, keys: UpstreamKeys
) -> None:
    first = registry.register("acme", FIRST, NOW)

    def full() -> None:
        raise ClientError({"Error": {"Code": "LimitExceededException"}}, "UpdateSecret")

    limited: Any = Between(clients.secretsmanager, "update_secret", full)
    with pytest.raises(TooManyKeysError):
        UpstreamKeyRegistry(limited, PREFIX, accounts).register("acme", SECOND, NOW)
    assert registry.find("acme") == first
    assert keys.current("acme").api_key == FIRST


def test_a_busy_service_is_not_too_many_keys(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable
) -> None:
    registry.register("acme", FIRST, NOW)

    def busy() -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateSecret")

    throttled: Any = Between(clients.secretsmanager, "update_secret", busy)
    with pytest.raises(ThrottledError):
        UpstreamKeyRegistry(throttled, PREFIX, accounts).register("acme", SECOND, NOW)


def test_a_removed_key_is_gone_with_all_its_versions(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable
) -> None:
    registry.register("acme", FIRST, NOW)
    registry.register("acme", SECOND, NOW)
    for _ in range(2):
        registry.remove("acme")
        assert registry.find("acme") is None
        assert not runs_on_its_own(accounts)
    assert clients.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_a_key_can_be_registered_after_one_was_removed(registry: UpstreamKeyRegistry) -> None:
    registry.register("acme", FIRST, NOW)
    registry.remove("acme")
    registry.register("acme", SECOND, NOW)
    assert registry.find("acme") is not None


def test_a_tenants_key_is_nobody_elses(registry: UpstreamKeyRegistry, accounts: AccountsTable) -> None:
    accounts.create_tenant("rival", NOW)
    registry.register("acme", FIRST, NOW)
    assert registry.find("rival") is None
    assert not runs_on_its_own(accounts, "rival")


def test_nothing_is_kept_for_a_tenant_that_is_removed(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable
) -> None:
    accounts.remove_tenant("acme", NOW)
    with pytest.raises(UnknownTenantError):
        registry.register("acme", FIRST, NOW)
    assert clients.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_a_removed_tenants_key_can_still_be_removed(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable
) -> None:
    registry.register("acme", FIRST, NOW)
    accounts.remove_tenant("acme", NOW)
    registry.remove("acme")
    assert clients.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_two_that_register_at_once_leave_one_key(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable, keys: UpstreamKeys
) -> None:
    """The other one comes between our create, which fails on it, and our update."""
    racing: Any = Between(
        clients.secretsmanager, "create_secret", lambda: registry.register("acme", FIRST, NOW)
    )
    UpstreamKeyRegistry(racing, PREFIX, accounts).register("acme", SECOND, NOW)
    assert keys.current("acme").api_key == SECOND
    assert runs_on_its_own(accounts)


def test_a_removal_between_the_steps_of_a_replacement_is_made_good(
    clients: Clients, registry: UpstreamKeyRegistry, accounts: AccountsTable, keys: UpstreamKeys
) -> None:
    registry.register("acme", FIRST, NOW)
    racing: Any = Between(clients.secretsmanager, "update_secret", lambda: registry.remove("acme"))
    UpstreamKeyRegistry(racing, PREFIX, accounts).register("acme", SECOND, NOW)
    assert keys.current("acme").api_key == SECOND
    assert runs_on_its_own(accounts)


def test_a_secret_on_its_way_out_says_try_again_and_shows_no_key(
    clients: Clients, registry: UpstreamKeyRegistry
) -> None:
    registry.register("acme", FIRST, NOW)
    clients.secretsmanager.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)
    assert registry.find("acme") is None
    with pytest.raises(ThrottledError):
        registry.register("acme", SECOND, NOW)


class Between:
    """Lets something else happen before the first call of the method. Stands for a client."""

    def __init__(self, real: Any, method: str, happening: Any) -> None:
        self._real, self._method, self._happening = real, method, happening

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._happening:
            happening, self._happening = self._happening, None
            happening()
        return getattr(self._real, name)
