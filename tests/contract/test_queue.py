"""What every Queue does: the fake that the tests run on, and the one on SQS."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.queues import SqsQueue, parse_work
from darkroom.ports import JobMessage, Queue, Tick
from memory.clock import FakeClock
from memory.queue import MemoryQueue

MESSAGE = JobMessage("acme", "job_1", tries=2, chain=1)


@dataclass(frozen=True)
class Place:
    """A queue, and what its receiver sees."""

    queue: Queue
    receive: Callable[[], list[JobMessage | Tick]]
    let_pass: Callable[[float], None]


@pytest.fixture(params=["memory", "sqs"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "memory":
        clock = FakeClock()
        memory = MemoryQueue(clock)
        return Place(memory, memory.receive, clock.advance)
    return _sqs_place(request.getfixturevalue("clients"))


def _sqs_place(clients: Clients) -> Place:
    url = clients.sqs.create_queue(QueueName="jobs")["QueueUrl"]

    def receive() -> list[JobMessage | Tick]:
        reply = clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        return [parse_work(message["Body"]) for message in reply.get("Messages", [])]

    return Place(SqsQueue(clients.sqs, url), receive, time.sleep)


@pytest.mark.parametrize(
    "message",
    [MESSAGE, JobMessage("acme", "job_2"), JobMessage("a-b", "j", 0, 0), Tick("tenant/acme", 7)],
)
def test_what_is_sent_is_received(place: Place, message: JobMessage | Tick) -> None:
    place.queue.send(message)
    assert place.receive() == [message]


def test_many_are_sent_together(place: Place) -> None:
    messages = [JobMessage("acme", f"job_{number}") for number in range(12)]
    place.queue.send_all(messages)
    received = [*place.receive(), *place.receive()]
    assert sorted(received, key=str) == sorted(messages, key=str)


def test_what_is_received_is_not_received_again(place: Place) -> None:
    place.queue.send(MESSAGE)
    place.receive()
    assert place.receive() == []


def test_the_same_message_sent_twice_comes_twice(place: Place) -> None:
    place.queue.send(MESSAGE)
    place.queue.send(MESSAGE)
    assert place.receive() == [MESSAGE, MESSAGE]


def test_a_delayed_message_is_not_early(place: Place) -> None:
    place.queue.send(MESSAGE, 0.4)
    assert place.receive() == []
    place.let_pass(1.05)
    assert place.receive() == [MESSAGE]


def test_a_delay_beyond_what_sqs_takes_is_taken(place: Place) -> None:
    place.queue.send(MESSAGE, 7200.0)
    assert place.receive() == []


def test_a_delay_that_has_passed_already_is_none(place: Place) -> None:
    place.queue.send(MESSAGE, -3.0)
    assert place.receive() == [MESSAGE]
