"""Between the intent and the paid POST: who made it, and whether there is still time for the POST."""

from collections.abc import Callable

import pytest

from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import JobChangedError
from memory.permits import MemoryPermits
from memory.world import TENANT, World

LIMITS = PermitLimits(images_per_minute=100, concurrent_tasks=3, slot_seconds=600)


@pytest.fixture
def world() -> World:
    return World(permits=MemoryPermits(LIMITS))


def intent_whose_reply_is_lost(world: World, meanwhile: Callable[[Job], object]) -> None:
    """It lands, something happens, and the write's own repeat meets what stands there then."""
    save = world.jobs.save

    def lost(job: Job) -> Job:
        world.jobs.save = save  # type: ignore[method-assign]
        landed = save(job)
        meanwhile(landed)
        raise JobChangedError(world.job(landed))

    world.jobs.save = lost  # type: ignore[method-assign]


def test_an_intent_whose_reply_was_lost_is_known_for_ones_own(world: World) -> None:
    job = world.accept()
    intent_whose_reply_is_lost(world, lambda landed: None)
    world.work()
    assert world.job(job).status is JobStatus.PROCESSING
    assert len(world.upstream.submits) == 1


@pytest.mark.parametrize("tidied_up", [False, True])
def test_no_post_is_made_for_a_job_cancelled_behind_an_intent_whose_reply_was_lost(
    world: World, tidied_up: bool
) -> None:
    world.permits.take(world.clock())  # another job's
    job = world.accept()

    def cancelled(landed: Job) -> None:
        world.canceller.cancel(TENANT, landed.id)
        if tidied_up:
            world.work()

    intent_whose_reply_is_lost(world, cancelled)
    world.work()
    world.work()
    assert world.upstream.submits == []
    ended = world.job(job)
    assert (ended.status, ended.billed) == (JobStatus.CANCELLED, Billed.NO)
    assert world.permits.running == 1
    assert len(world.sender.sent) == 1


def intent_that_takes(world: World, seconds: float, *, seconds_left: float = 100.0) -> None:
    """Only the next one."""
    save = world.jobs.save

    def slow(job: Job) -> Job:
        world.jobs.save = save  # type: ignore[method-assign]
        saved = save(job)
        world.clock.advance(seconds)
        world.seconds_left = seconds_left
        return saved

    world.jobs.save = slow  # type: ignore[method-assign]


def test_no_post_is_made_behind_an_intent_that_took_so_long_that_the_permit_has_aged(world: World) -> None:
    job = world.accept()
    intent_that_takes(world, 3.0)
    world.work()
    assert world.upstream.submits == []
    assert world.job(job).status is JobStatus.QUEUED
    world.work()
    assert world.job(job).status is JobStatus.PROCESSING
    assert world.permits.running == 1
    [start] = world.permits.window.starts
    assert start / 4 == world.clock()


def test_no_post_is_made_where_the_intent_has_used_up_the_time_for_it(world: World) -> None:
    job = world.accept()
    intent_that_takes(world, 0.1, seconds_left=33.0)
    world.work()
    assert world.upstream.submits == []
    world.seconds_left = 100.0
    world.work()
    assert world.job(job).status is JobStatus.PROCESSING
    assert world.permits.running == 1


def test_a_job_whose_worker_died_with_its_post_not_made_is_taken_up_by_the_reconciler(world: World) -> None:
    job = world.accept()
    intent_that_takes(world, 3.0)
    world.work()
    world.queue.waiting.clear()
    world.run(300, reconcile=True)
    assert world.job(job).status is JobStatus.PROCESSING
    assert world.permits.running == 1


def test_a_job_cancelled_while_its_post_came_too_late_is_not_billed(world: World) -> None:
    job = world.accept()
    save = world.jobs.save

    def cancelled(job: Job) -> Job:
        world.jobs.save = save  # type: ignore[method-assign]
        saved = save(job)
        world.canceller.cancel(TENANT, job.id)
        world.clock.advance(3.0)
        return saved

    world.jobs.save = cancelled  # type: ignore[method-assign]
    world.work()
    world.work()
    assert world.upstream.submits == []
    assert world.job(job).billed is Billed.NO
    assert world.permits.running == 0
