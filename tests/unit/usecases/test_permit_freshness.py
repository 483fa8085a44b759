"""No POST is made on a permit that is older than the window allows for, and a slot is held once."""

from contextlib import suppress
from typing import Any

import pytest

from darkroom.jobs.gate import Admission
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import WINDOW_SECONDS, PermitLimits
from darkroom.ports import JobMessage, ThrottledError
from darkroom.usecases.fresh_permit import FRESH_SECONDS
from memory.permits import MemoryPermits
from memory.world import World
from unit.usecases.overtaking import before_the_next_save

LIMITS = PermitLimits(images_per_minute=100, concurrent_tasks=3, slot_seconds=600)


class SlowPermits(MemoryPermits):
    """Each answer to an admission comes so many seconds after it was asked for."""

    def __init__(self, world: World, *seconds: float, limits: PermitLimits = LIMITS) -> None:
        super().__init__(limits, world.jobs)
        self._seconds = list(seconds)
        self._clock = world.clock

    def take(self, now: float) -> Admission:
        return self._late(super().take(now))

    def renew(self, taken_at: float, now: float) -> Admission:
        return self._late(super().renew(taken_at, now))

    def _late(self, admission: Admission) -> Admission:
        self._clock.advance(self._seconds.pop(0) if self._seconds else 0.0)
        return admission


def slow(*seconds: float, limits: PermitLimits = LIMITS) -> World:
    world = World()
    world.permits = SlowPermits(world, *seconds, limits=limits)
    world.upstreams.accounts["default"] = world.permits
    return world


def posts(world: World) -> list[float]:
    """When each was made."""
    made: list[float] = []
    submit = world.upstream.submit

    def watched(*arguments: Any) -> Any:
        made.append(world.clock())
        return submit(*arguments)

    world.upstream.submit = watched  # type: ignore[assignment,method-assign]
    return made


@pytest.mark.parametrize("seconds", [[2.0], [2.0, 2.0], [0.6, 0.7, 0.8]])
def test_a_permit_that_has_aged_while_it_was_asked_for_is_renewed_before_the_post(
    seconds: list[float],
) -> None:
    world = slow(*seconds)
    made = posts(world)
    job = world.accept(webhook_url=None)
    world.work()
    assert world.job(job).status is JobStatus.PROCESSING
    [start] = world.permits.window.starts
    assert made[0] - start / 4 <= FRESH_SECONDS + 0.25
    assert world.permits.window.room(start / 4 + WINDOW_SECONDS, LIMITS) == 2
    assert world.permits.running == 1


def test_a_job_whose_permit_never_is_fresh_asks_again_and_keeps_no_slot() -> None:
    world = slow(*[1.0] * 9)
    made = posts(world)
    job = world.accept(webhook_url=None)
    world.advance(JobMessage(job.tenant, job.id))
    assert made == []
    assert world.permits.running == 0
    world.run(30)
    assert len(made) == 1
    assert world.permits.running == 1


def test_a_job_whose_aged_permit_cannot_be_renewed_waits_without_a_slot() -> None:
    world = slow(2.0)
    world.permits.hold(world.clock() + 1, world.clock() + 1)
    world.clock.advance(1.0)
    take = world.permits.take

    def taken_and_then_held(now: float) -> Admission:
        admission = take(now)
        world.permits.hold(world.clock() + 60, now)
        return admission

    world.permits.take = taken_and_then_held  # type: ignore[method-assign]
    job = world.accept(webhook_url=None)
    world.work()
    assert world.job(job).waiting
    assert world.permits.running == 0


def throttled(*_: object) -> Admission:
    raise ThrottledError


def test_a_new_permit_whose_renewal_is_throttled_gives_its_slot_back() -> None:
    world = slow(2.0)
    job = world.accept(webhook_url=None)
    world.permits.renew = throttled  # type: ignore[assignment,method-assign]
    with pytest.raises(ThrottledError):
        world.advance(JobMessage(job.tenant, job.id))
    assert world.permits.running == 0


def test_a_released_job_whose_renewal_is_throttled_keeps_its_slot() -> None:
    world = World(permits=MemoryPermits(LIMITS))
    job, message = released(world)
    world.clock.advance(2)
    world.permits.renew = throttled  # type: ignore[assignment,method-assign]
    with pytest.raises(ThrottledError):
        world.advance(message)
    assert world.permits.running == 1
    assert world.job(job).permit_at is not None


def released(world: World) -> tuple[Job, JobMessage]:
    """A job with a permit whose message comes later."""
    now = world.clock()
    world.permits.hold(now + 1, now)
    job = world.accept(webhook_url=None)
    world.work()
    world.clock.advance(1)
    world.dispatcher.after_end("default")
    assert world.job(job).permit_at is not None
    return job, JobMessage(job.tenant, job.id)


def test_a_renewal_whose_intent_was_not_stored_takes_no_second_slot() -> None:
    world = World(permits=MemoryPermits(LIMITS))
    job, message = released(world)
    world.clock.advance(35)
    save = world.jobs.save

    world.jobs.save = throttled  # type: ignore[assignment,method-assign]
    for _ in range(3):
        with suppress(ThrottledError):
            world.advance(message)
        world.clock.advance(35)  # into another minute's bucket
    world.jobs.save = save  # type: ignore[method-assign]
    world.advance(message)
    assert world.job(job).status is JobStatus.PROCESSING
    assert world.permits.running == 1


def test_two_workers_that_renew_the_same_permit_hold_one_slot() -> None:
    world = World(permits=MemoryPermits(LIMITS))
    job, message = released(world)
    world.clock.advance(70)
    before_the_next_save(world, lambda: world.advance(message))
    world.advance(message)
    assert len(world.upstream.submits) == 1
    assert world.permits.running == 1
    world.upstream.finish("pred-1", "https://output.wavespeed.ai/0.png")
    world.callback(job)
    world.work()
    assert world.job(job).status is JobStatus.COMPLETED
    assert world.permits.running == 0


def test_a_job_released_so_long_ago_that_its_slot_would_not_outlast_a_task_is_released_anew() -> None:
    world = World(permits=MemoryPermits(LIMITS))
    job, message = released(world)
    world.clock.advance(400)
    world.advance(message)
    assert world.upstream.submits == []
    assert world.job(job).permit_at == world.clock()
    world.run(3)
    assert world.job(job).status is JobStatus.PROCESSING
    assert world.permits.running == 1
