"""A task has ended: its webhook and the jobs that wait for its slot don't wait for each other."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from darkroom.beside import in_a_thread
from darkroom.ports import JobMessage
from darkroom.usecases.advance import advance
from darkroom.usecases.context import Poller
from memory.world import OUTPUT_URL, World

PATIENCE_SECONDS = 10.0


def test_a_release_that_takes_long_does_not_delay_the_webhook(world: World) -> None:
    sent, asked = threading.Event(), threading.Event()
    send, give_back = world.sender.send, world.permits.give_back

    def noted(*arguments: Any, **named: Any) -> Any:
        assert asked.wait(PATIENCE_SECONDS)  # and the webhook does not delay the release
        answer = send(*arguments, **named)
        sent.set()
        return answer

    def held_up(*arguments: Any, **named: Any) -> bool:
        asked.set()
        assert sent.wait(PATIENCE_SECONDS)
        return give_back(*arguments, **named)

    world.sender.send = noted  # type: ignore[method-assign]
    world.permits.give_back = held_up  # type: ignore[method-assign]
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    advance(threaded(world), JobMessage(job.tenant, job.id))
    assert sent.is_set()
    assert world.permits.running == 0


def test_a_cancelled_jobs_webhook_does_not_wait_for_its_slot_either(world: World) -> None:
    sent = threading.Event()
    send, give_back = world.sender.send, world.permits.give_back

    def noted(*arguments: Any, **named: Any) -> Any:
        sent.set()
        return send(*arguments, **named)

    def held_up(*arguments: Any, **named: Any) -> bool:
        assert sent.wait(PATIENCE_SECONDS)
        return give_back(*arguments, **named)

    world.sender.send = noted  # type: ignore[method-assign]
    world.permits.give_back = held_up  # type: ignore[method-assign]
    job = world.accept()
    world.work()
    world.canceller.cancel(job.tenant, job.id)
    advance(threaded(world), JobMessage(job.tenant, job.id))
    assert sent.is_set()
    assert world.permits.running == 0


def threaded(world: World) -> Poller:
    return replace(world.poller, beside=in_a_thread)


def test_what_is_done_beside_has_ended_when_the_rest_has() -> None:
    done = threading.Event()
    may_end = threading.Event()

    def act() -> None:
        assert may_end.wait(PATIENCE_SECONDS)
        done.set()

    with in_a_thread(act):
        may_end.set()
    assert done.is_set()


def failing() -> None:
    raise ValueError("a bug")


def test_what_fails_beside_is_raised() -> None:
    with pytest.raises(ValueError, match="a bug"), in_a_thread(failing):
        pass
