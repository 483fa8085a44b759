"""The permits on DynamoDB between processes: a stale memory of the item grants no slot and loses none."""

from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from contract.lossy import LossyClient
from darkroom.aws.clients import Clients
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.permits import PermitLimits

NOW = 1_760_000_000.5
LIMITS = PermitLimits(images_per_minute=600, concurrent_tasks=2, slot_seconds=600)


class CountingClient(LossyClient):
    def __init__(self, real: DynamoDBClient) -> None:
        super().__init__(real, retried=False)
        self.calls: list[str] = []

    def put_item(self, **request: Any) -> Any:
        self.calls.append("put")
        return super().put_item(**request)

    def get_item(self, **request: Any) -> Any:
        self.calls.append("get")
        return self._real.get_item(**request)


@pytest.fixture
def client(clients: Clients, jobs_table_name: str) -> CountingClient:
    return CountingClient(clients.dynamodb)


def process(client: Any, limits: PermitLimits = LIMITS, account: str = "default") -> DynamoPermits:
    """Another Lambda process: its own memory of the same item."""
    return DynamoPermits(client, "jobs", limits, account, sleep=lambda seconds: None)


def granted(*permits: DynamoPermits, now: float = NOW) -> list[bool]:
    return [each.take(now).granted for each in permits]


def test_processes_share_the_permits(client: CountingClient) -> None:
    one, other = process(client), process(client)
    assert granted(one, other, one, other) == [True, True, False, False]


def test_each_upstream_key_has_its_own(client: CountingClient) -> None:
    one, other = process(client, account="one"), process(client, account="other")
    assert granted(one, one, other, other) == [True] * 4


def test_a_slot_taken_elsewhere_since_is_found_to_be_given_back(client: CountingClient) -> None:
    one, other = process(client), process(client)
    one.hold(NOW - 1, NOW)
    other.take(NOW)
    other.take(NOW)
    one.give_back(NOW, NOW)
    assert granted(process(client)) == [True]


def test_a_slot_freed_elsewhere_is_found_after_a_second(client: CountingClient) -> None:
    one, other = process(client), process(client)
    one.take(NOW)
    one.take(NOW)
    other.give_back(NOW, NOW)
    assert one.gate(NOW + 0.5).window.room(NOW, LIMITS) == 0
    assert granted(one, now=NOW + 1.5) == [True]


def test_a_process_that_knows_the_item_takes_with_one_write(client: CountingClient) -> None:
    permits = process(client)
    permits.take(NOW)
    client.calls.clear()
    permits.take(NOW)
    assert client.calls == ["put"]


def test_to_let_wait_costs_nothing_while_the_memory_is_fresh(client: CountingClient) -> None:
    permits = process(client)
    granted(permits, permits, permits)
    client.calls.clear()
    assert not any(permits.take(NOW + 0.1 * step).granted for step in range(9))
    assert client.calls == []
    permits.take(NOW + 2)
    assert client.calls == ["put"]


@pytest.mark.parametrize("retried", [True, False])
def test_a_permit_whose_reply_was_lost_is_taken_once(
    clients: Clients, jobs_table_name: str, retried: bool
) -> None:
    client: Any = LossyClient(clients.dynamodb, 1, retried=retried)
    assert granted(process(client)) == [True]
    assert granted(process(clients.dynamodb), process(clients.dynamodb)) == [True, False]
