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


def process(client: Any, limits: PermitLimits = LIMITS, name: str = "default") -> DynamoPermits:
    """Another Lambda process: its own memory of the same item."""
    return DynamoPermits(client, "jobs", limits, name, sleep=lambda seconds: None)


def test_processes_share_the_permits(client: CountingClient) -> None:
    one, other = process(client), process(client)
    assert [one.take(NOW), other.take(NOW), one.take(NOW), other.take(NOW)] == [0.0, 0.0, 1.0, 1.0]


def test_each_upstream_key_has_its_own(client: CountingClient) -> None:
    one, other = process(client, name="one"), process(client, name="other")
    assert [permits.take(NOW) for permits in (one, one, other, other)] == [0.0] * 4


def test_a_slot_taken_elsewhere_since_is_found_to_be_given_back(client: CountingClient) -> None:
    one, other = process(client), process(client)
    one.hold(NOW - 1, NOW)
    other.take(NOW)
    other.take(NOW)
    one.give_back(NOW, NOW)
    assert process(client).take(NOW) == 0.0


def test_a_slot_freed_elsewhere_is_found_after_a_second(client: CountingClient) -> None:
    one, other = process(client), process(client)
    one.take(NOW)
    one.take(NOW)
    other.give_back(NOW, NOW)
    assert one.take(NOW + 0.5) > 0
    assert one.take(NOW + 1.5) == 0.0


def test_a_process_that_knows_the_item_takes_with_one_write(client: CountingClient) -> None:
    permits = process(client)
    permits.take(NOW)
    client.calls.clear()
    permits.take(NOW)
    assert client.calls == ["put"]


def test_to_let_wait_costs_nothing_while_the_memory_is_fresh(client: CountingClient) -> None:
    permits = process(client)
    permits.take(NOW)
    permits.take(NOW)
    client.calls.clear()
    assert [permits.take(NOW + 0.1 * step) > 0 for step in range(9)] == [True] * 9
    assert client.calls == []
    permits.take(NOW + 2)
    assert client.calls == ["get"]


@pytest.mark.parametrize("retried", [True, False])
def test_a_permit_whose_reply_was_lost_is_taken_once(
    clients: Clients, jobs_table_name: str, retried: bool
) -> None:
    client: Any = LossyClient(clients.dynamodb, 1, retried=retried)
    assert process(client).take(NOW) == 0.0
    assert [process(clients.dynamodb).take(NOW) for _ in range(2)] == [0.0, 1.0]
