"""Tenants' upstream keys as the workers read them: seldom, by their versions, and never shown."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.clients import Clients
from darkroom.aws.upstream_key_registry import UpstreamKeyRegistry
from darkroom.aws.upstream_keys import UpstreamKeys
from darkroom.ports import KeyRemovedError, ThrottledError
from memory.clock import FakeClock

FIRST = "obviously-fake-first-key"
SECOND = "obviously-fake-second-key"
PREFIX = "stack/tenants"
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


class Shaky:
    """A client whose reads raise the error while there is one."""

    def __init__(self, real: Any, error: Exception | None = None) -> None:
        self._real = real
        self.error = error

    def get_secret_value(self, **request: Any) -> Any:
        if self.error:
            raise self.error
        return self._real.get_secret_value(**request)
