"""Tenants' upstream keys as the workers read them: afresh, by their versions, and never shown."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.clients import Clients
from darkroom.aws.upstream_key_registry import UpstreamKeyRegistry
from darkroom.aws.upstream_keys import UpstreamKeys
from darkroom.ports import KeyRemovedError, ThrottledError

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
def keys(clients: Clients) -> UpstreamKeys:
    return UpstreamKeys(clients.secretsmanager, PREFIX)


def test_what_is_current_is_read_afresh_each_time(registry: UpstreamKeyRegistry, keys: UpstreamKeys) -> None:
    for key in (FIRST, SECOND):
        registry.register("acme", key, NOW)
        assert keys.current("acme").api_key == key


def test_a_removed_key_is_current_no_more_from_that_moment(
    registry: UpstreamKeyRegistry, keys: UpstreamKeys
) -> None:
    registry.register("acme", FIRST, NOW)
    keys.current("acme")
    registry.remove("acme")
    with pytest.raises(KeyRemovedError):
        keys.current("acme")


def test_a_version_once_read_outlives_its_removal_in_that_process_alone(
    clients: Clients, registry: UpstreamKeyRegistry, keys: UpstreamKeys
) -> None:
    registry.register("acme", FIRST, NOW)
    first = keys.current("acme")
    registry.remove("acme")
    assert keys.version("acme", first.version) == first
    with pytest.raises(KeyRemovedError):
        UpstreamKeys(clients.secretsmanager, PREFIX).version("acme", first.version)


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


def test_while_aws_is_down_tasks_are_looked_at_and_none_is_started(
    clients: Clients, registry: UpstreamKeyRegistry
) -> None:
    registry.register("acme", FIRST, NOW)
    shaky: Any = Shaky(clients.secretsmanager)
    keys = UpstreamKeys(shaky, PREFIX)
    first = keys.current("acme")
    shaky.error = EndpointConnectionError(endpoint_url="https://secretsmanager.test")
    assert keys.version("acme", first.version) == first
    with pytest.raises(ThrottledError):
        keys.current("acme")


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
        patch.setattr("darkroom.aws.upstream_keys._KEPT_KEYS", 2)
        for number in range(3):
            assert keys.current(f"tenant-{number}").api_key == FIRST
    assert len(keys._kept) <= 2


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
