"""Tenants' upstream keys in Secrets Manager: registered, replaced, removed; read seldom and never shown."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from darkroom.aws.accounts_table import AccountsTable, UnknownTenantError
from darkroom.aws.clients import Clients
from darkroom.aws.upstream_key_registry import RegisteredKey, UpstreamKeyRegistry
from darkroom.aws.upstream_keys import UpstreamKeys
from darkroom.ports import KeyRemovedError, ThrottledError
from memory.clock import FakeClock

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
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keys(clients: Clients, clock: FakeClock) -> UpstreamKeys:
    return UpstreamKeys(clients.secretsmanager, PREFIX, clock)


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


def test_the_same_key_again_is_harmless(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    assert registry.register("acme", FIRST, NOW) == registry.register("acme", FIRST, NOW)
    assert keys.current("acme").api_key == FIRST


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


def test_a_key_is_read_once_a_minute(
    registry: UpstreamKeyRegistry, keys: UpstreamKeys, clock: FakeClock
) -> None:
    registry.register("acme", FIRST, NOW)
    keys.current("acme")
    registry.register("acme", SECOND, NOW)
    clock.advance(59)
    assert keys.current("acme").api_key == FIRST
    clock.advance(1)
    assert keys.current("acme").api_key == SECOND


def test_a_refused_key_is_read_again_but_not_by_everyone(
    registry: UpstreamKeyRegistry, keys: UpstreamKeys, clock: FakeClock
) -> None:
    registry.register("acme", FIRST, NOW)
    keys.current("acme")
    registry.register("acme", SECOND, NOW)
    clock.advance(4)
    keys.refused("acme")
    assert keys.current("acme").api_key == FIRST
    clock.advance(1)
    keys.refused("acme")
    assert keys.current("acme").api_key == SECOND


def test_that_a_removed_key_is_refused_is_no_error(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    """It is told of by the client in the midst of a paid POST, whose outcome is known by then."""
    keys.refused("acme")
    registry.register("acme", FIRST, NOW)
    keys.current("acme")
    registry.remove("acme")
    keys.refused("acme")


def test_an_older_version_is_read_by_its_name(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    registry.register("acme", FIRST, NOW)
    first = keys.current("acme")
    registry.register("acme", SECOND, NOW)
    assert keys.version("acme", first.version) == first


def test_absence_is_not_remembered(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    with pytest.raises(KeyRemovedError):
        keys.current("acme")
    registry.register("acme", FIRST, NOW)
    assert keys.current("acme").api_key == FIRST


def test_a_key_once_read_stays_in_use_while_aws_is_down(
    clients: Clients, registry: UpstreamKeyRegistry, clock: FakeClock
) -> None:
    registry.register("acme", FIRST, NOW)
    shaky: Any = Shaky(clients.secretsmanager)
    keys = UpstreamKeys(shaky, PREFIX, clock)
    keys.current("acme")
    shaky.error = EndpointConnectionError(endpoint_url="https://secretsmanager.test")
    clock.advance(3_600)
    assert keys.current("acme").api_key == FIRST
    with pytest.raises(ThrottledError):
        keys.current("rival")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", ThrottledError),
        ("ResourceNotFoundException", KeyRemovedError),
        ("InvalidRequestException", KeyRemovedError),
    ],
)
def test_only_what_is_gone_counts_as_removed(clients: Clients, code: str, expected: type[Exception]) -> None:
    shaky: Any = Shaky(clients.secretsmanager, ClientError({"Error": {"Code": code}}, "GetSecretValue"))
    with pytest.raises(expected):
        UpstreamKeys(shaky, PREFIX).current("acme")


def test_a_process_keeps_a_bounded_number_of_keys(keys: UpstreamKeys, clients: Clients) -> None:
    for number in range(3):
        clients.secretsmanager.create_secret(
            Name=f"{PREFIX}/tenant-{number}/upstream-key", SecretString=FIRST
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("darkroom.aws.upstream_keys._KEPT_KEYS", 4)
        for number in range(3):
            assert keys.current(f"tenant-{number}").api_key == FIRST
    assert len(keys._kept) <= 4


def test_a_key_shows_itself_to_no_log(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    registry.register("acme", FIRST, NOW)
    assert FIRST not in repr(keys.current("acme"))


class Between:
    """Lets something else happen before the first call of the method. Stands for a client."""

    def __init__(self, real: Any, method: str, happening: Any) -> None:
        self._real, self._method, self._happening = real, method, happening

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._happening:
            happening, self._happening = self._happening, None
            happening()
        return getattr(self._real, name)


class Shaky:
    """A client whose reads raise the error while there is one."""

    def __init__(self, real: Any, error: Exception | None = None) -> None:
        self._real = real
        self.error = error

    def get_secret_value(self, **request: Any) -> Any:
        if self.error:
            raise self.error
        return self._real.get_secret_value(**request)
