"""The permits under threads and processes that all want them at once: none too many, none lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from darkroom.aws.permit_items import permits_item
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.gate import Gate
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import ThrottledError
from unit.aws.atomic_table import AtomicTable

NOW = 1_760_000_000.5
WORKERS = 50


def process(table: Any, concurrent: int) -> DynamoPermits:
    return DynamoPermits(table, "jobs", PermitLimits(1_000_000, concurrent, 600))


def take(permits: DynamoPermits) -> bool:
    while (admission := permits.take(NOW)).retry_seconds is not None:
        time.sleep(0.001)
    return admission.granted


def give_back(permits: DynamoPermits) -> None:
    """As the queue's redelivery does: until it is written."""
    while True:
        try:
            permits.give_back(NOW, NOW)
            return
        except ThrottledError:
            time.sleep(0.001)


@pytest.mark.parametrize("processes", [1, 5, WORKERS])
def test_exactly_as_many_are_granted_as_there_are(processes: int) -> None:
    table = AtomicTable()
    sharing = [process(table, concurrent=30) for _ in range(processes)]
    with ThreadPoolExecutor(WORKERS) as pool:
        granted = list(pool.map(take, (sharing[n % processes] for n in range(WORKERS))))
    assert sum(granted) == 30


@pytest.mark.parametrize("processes", [1, 5, 25])
def test_whatever_is_given_back_can_be_taken_again(processes: int) -> None:
    table = AtomicTable()
    sharing = [process(table, concurrent=1_000) for _ in range(processes)]

    def run(number: int) -> None:
        permits = sharing[number % processes]
        assert take(permits)
        give_back(permits)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, range(2 * WORKERS)))
    last = process(table, concurrent=1)
    assert [take(last), take(last)] == [True, False]


class HeldUp(AtomicTable):
    """The first put takes until the test lets it through."""

    def __init__(self) -> None:
        super().__init__()
        self.is_reached = threading.Event()
        self.may_pass = threading.Event()

    def put_item(self, **request: Any) -> Any:
        self.is_reached.set()
        assert self.may_pass.wait(30)
        return super().put_item(**request)


def test_all_that_wait_behind_a_write_share_the_next_one() -> None:
    table = HeldUp()
    permits = process(table, concurrent=1_000)
    with ThreadPoolExecutor(WORKERS) as pool:
        first = pool.submit(take, permits)
        assert table.is_reached.wait(30)
        others = [pool.submit(take, permits) for _ in range(WORKERS - 1)]
        while len(permits._writer._waiting) < WORKERS - 1:
            time.sleep(0.001)
        table.may_pass.set()
        assert [future.result(30) for future in (first, *others)] == [True] * WORKERS
    assert table.puts == 2


class AlwaysTooLate(AtomicTable):
    """Somebody else has always just written."""

    def put_item(self, *, Item: Any, **_: Any) -> Any:  # noqa: N803  # botocore's own name
        self.puts += 1
        self._refuse({**permits_item("default", Gate(), f"theirs-{self.puts}"), "pk": Item["pk"]})


def test_under_endless_contention_a_taker_is_answered_with_a_short_wait() -> None:
    table: Any = AlwaysTooLate()
    pauses: list[float] = []
    permits = DynamoPermits(table, "jobs", PermitLimits(100, 10, 600), sleep=pauses.append)
    seconds = permits.take(NOW).retry_seconds
    assert seconds is not None
    assert 0.2 <= seconds <= 1.0
    assert table.puts <= 30
    assert max(pauses) <= 0.05


def test_under_endless_contention_nothing_that_must_be_written_is_dropped_silently() -> None:
    table: Any = AlwaysTooLate()
    permits = DynamoPermits(table, "jobs", PermitLimits(100, 10, 600), sleep=lambda seconds: None)
    with pytest.raises(ThrottledError):
        permits.hold(NOW + 5, NOW)
