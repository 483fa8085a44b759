"""The permits under threads and processes that all want them at once: none too many, none lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import ThrottledError
from unit.aws.atomic_table import AtomicTable

NOW = 1_760_000_000.5
WORKERS = 50


def process(table: Any, concurrent: int) -> DynamoPermits:
    return DynamoPermits(table, "jobs", PermitLimits(1_000_000, concurrent, 600))


def take(permits: DynamoPermits) -> float:
    """A contended answer (a wait below a second) means: ask again."""
    while 0.0 < (wait := permits.take(NOW)) < 1.0:
        time.sleep(0.001)
    return wait


@pytest.mark.parametrize("processes", [1, 5, WORKERS])
def test_exactly_as_many_are_granted_as_there_are(processes: int) -> None:
    table = AtomicTable()
    sharing = [process(table, concurrent=30) for _ in range(processes)]
    with ThreadPoolExecutor(WORKERS) as pool:
        waits = list(pool.map(take, (sharing[n % processes] for n in range(WORKERS))))
    assert waits.count(0.0) == 30


@pytest.mark.parametrize("processes", [1, 5, 25])
def test_whatever_is_given_back_can_be_taken_again(processes: int) -> None:
    table = AtomicTable()
    sharing = [process(table, concurrent=1_000) for _ in range(processes)]

    def run(number: int) -> None:
        permits = sharing[number % processes]
        assert take(permits) == 0.0
        permits.give_back(NOW, NOW)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, range(2 * WORKERS)))
    last = process(table, concurrent=1)
    assert [last.take(NOW), last.take(NOW)] == [0.0, 1.0]


def test_threads_of_one_process_share_their_writes() -> None:
    table = AtomicTable()
    permits = process(table, concurrent=1_000)
    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(take, [permits] * 200)) == [0.0] * 200
    assert table.puts < 100


class AlwaysTooLate(AtomicTable):
    """Somebody else has always just written."""

    def put_item(self, *, Item: Any, **_: Any) -> Any:  # noqa: N803  # botocore's own name
        self.puts += 1
        theirs = {"version": {"S": f"theirs-{self.puts}"}, "running": {"S": ""}, "held_until": {"N": "0"}}
        self._refuse({**Item, **theirs})


def test_under_endless_contention_a_taker_is_answered_with_a_short_wait() -> None:
    table: Any = AlwaysTooLate()
    pauses: list[float] = []
    permits = DynamoPermits(table, "jobs", PermitLimits(100, 10, 600), sleep=pauses.append)
    assert 0.2 <= permits.take(NOW) <= 1.0
    assert table.puts <= 30
    assert max(pauses) <= 0.05


def test_under_endless_contention_nothing_that_must_be_written_is_dropped_silently() -> None:
    table: Any = AlwaysTooLate()
    permits = DynamoPermits(table, "jobs", PermitLimits(100, 10, 600), sleep=lambda seconds: None)
    with pytest.raises(ThrottledError):
        permits.hold(NOW + 5, NOW)
