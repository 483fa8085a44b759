"""The permits on DynamoDB between processes: a stale memory of the item grants no slot and loses none."""

from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from contract.lossy import LossyClient
from darkroom.aws.clients import Clients
from darkroom.aws.gate_item import LEAST_MARKS
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.backlog import Turns, place_of
from darkroom.jobs.permits import PermitLimits
from memory.jobs import a_job

NOW = 1_760_000_000.5
LIMITS = PermitLimits(images_per_minute=600, concurrent_tasks=2, slot_seconds=600)
FIVE = PermitLimits(images_per_minute=600, concurrent_tasks=5, slot_seconds=600)


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


@pytest.fixture(params=[True, False], ids=["made again", "timed out"])
def overtaken(request: pytest.FixtureRequest, clients: Clients, jobs_table_name: str) -> DynamoPermits:
    """Its first reply is lost, and before it can look or try again others have written several times."""

    def others_write() -> None:
        for number in range(LEAST_MARKS - 1):
            process(clients.dynamodb).hold(NOW - 9 + number, NOW)

    return process(LossyClient(clients.dynamodb, 1, retried=request.param, meanwhile=others_write))


def running(clients: Clients) -> int:
    return sum(process(clients.dynamodb).gate(NOW).window.running.values())


def test_a_slot_is_given_back_once_though_others_wrote_before_the_loss_was_seen(
    clients: Clients, overtaken: DynamoPermits
) -> None:
    assert granted(*[process(clients.dynamodb, FIVE)] * 3) == [True] * 3
    overtaken.give_back(NOW, NOW)
    assert running(clients) == 2
    overtaken.give_back(NOW, NOW)
    assert running(clients) == 1


def test_a_permit_is_taken_once_though_others_wrote_before_the_loss_was_seen(
    clients: Clients, overtaken: DynamoPermits
) -> None:
    assert granted(overtaken) == [True]
    window = process(clients.dynamodb).gate(NOW).window
    assert (sum(window.starts.values()), sum(window.running.values())) == (1, 1)


def test_a_tick_is_known_as_made_though_others_wrote_before_the_loss_was_seen(
    clients: Clients, overtaken: DynamoPermits
) -> None:
    assert process(clients.dynamodb).join(NOW).beat == 0
    assert overtaken.tick(0, NOW)
    assert not process(clients.dynamodb).tick(0, NOW)


@pytest.mark.parametrize("retried", [True, False])
def test_a_release_in_between_hides_no_write(
    clients: Clients, jobs_table_name: str, accounts_table_name: str, retried: bool
) -> None:
    place = waiting_place(DynamoJobsTable(clients.dynamodb, "jobs", 30, accounts_table_name))

    def release() -> None:
        released = process(clients.dynamodb, FIVE).release(Turns((place,), all_seen=True), NOW, NOW)
        assert released.places == (place,)

    assert granted(process(clients.dynamodb, FIVE)) == [True]
    client: Any = LossyClient(clients.dynamodb, 1, retried=retried, meanwhile=release)
    assert granted(process(client, FIVE)) == [True]
    assert running(clients) == 3


def test_a_release_made_again_by_the_client_knows_its_own_under_the_writes_of_others(
    clients: Clients, jobs_table_name: str, accounts_table_name: str
) -> None:
    place = waiting_place(DynamoJobsTable(clients.dynamodb, "jobs", 30, accounts_table_name))

    class Again(LossyClient):
        def transact_write_items(self, **request: Any) -> Any:
            clients.dynamodb.transact_write_items(**request)
            assert granted(process(clients.dynamodb, FIVE)) == [True]
            return clients.dynamodb.transact_write_items(**request)

    client: Any = Again(clients.dynamodb, retried=True)
    released = process(client, FIVE).release(Turns((place,), all_seen=True), NOW, NOW)
    assert (released.places, released.refused) == ((place,), ())
    assert running(clients) == 2


def waiting_place(jobs: DynamoJobsTable) -> str:
    jobs.add(a_job())
    stored = jobs.get("acme", a_job().id)
    assert stored is not None
    jobs.save(stored.wait())
    return place_of(stored)
