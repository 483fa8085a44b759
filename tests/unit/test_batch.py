"""A batch is worked all at once, and each record's failure is its own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from darkroom.aws.queues import parse_message, write_message
from darkroom.batch import BatchWorker
from darkroom.ports import JobMessage


def record(number: int, body: str | None = None, receives: int = 1) -> dict[str, Any]:
    message = JobMessage("acme", f"job_{number}", chain=0)
    return {
        "messageId": f"message-{number}",
        "body": write_message(message) if body is None else body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
    }


class Worker:
    def __init__(self) -> None:
        self.worked: list[str] = []
        self.delays: list[int] = []
        self.failing: set[str] = set()

    def handle(self, message: JobMessage) -> None:
        if message.job_id in self.failing:
            raise RuntimeError
        self.worked.append(message.job_id)

    def work(self, records: list[dict[str, Any]]) -> list[str]:
        with ThreadPoolExecutor(8) as threads:
            worker = BatchWorker(
                parse_message, self.handle, lambda _, seconds: self.delays.append(seconds), threads
            )
            return [failure["itemIdentifier"] for failure in worker.work(records)["batchItemFailures"]]


def test_a_failed_record_is_reported_and_the_others_are_done() -> None:
    worker = Worker()
    worker.failing = {"job_1"}
    assert worker.work([record(0), record(1), record(2)]) == ["message-1"]
    assert sorted(worker.worked) == ["job_0", "job_2"]


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", "not json", '{"tenant": "acme"}'])
def test_a_poison_record_fails_alone(body: str) -> None:
    worker = Worker()
    assert worker.work([record(0, body), record(1)]) == ["message-0"]
    assert worker.worked == ["job_1"]


@pytest.mark.parametrize(("receives", "seconds"), [(1, 20), (2, 40), (3, 80), (9, 600)])
def test_a_failed_record_comes_again_soon_and_then_ever_later(receives: int, seconds: int) -> None:
    worker = Worker()
    worker.failing = {"job_0"}
    worker.work([record(0, receives=receives)])
    assert worker.delays == [seconds]


def test_a_visibility_that_cannot_be_changed_is_no_further_failure() -> None:
    def broken(_: Any, __: int) -> None:
        raise ConnectionError

    with ThreadPoolExecutor(2) as threads:
        reply = BatchWorker(parse_message, Worker().handle, broken, threads).work(
            [record(0, "poison"), record(1)]
        )
    assert reply == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_records_wait_at_the_same_time() -> None:
    together = threading.Barrier(8, timeout=5)
    with ThreadPoolExecutor(8) as threads:
        worker = BatchWorker(parse_message, lambda _: (together.wait(), None)[1], lambda *_: None, threads)
        started = time.monotonic()
        reply = worker.work([record(number) for number in range(8)])
    assert reply == {"batchItemFailures": []}
    assert time.monotonic() - started < 5
