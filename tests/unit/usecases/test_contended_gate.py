"""A gate that others are at answers `retry_seconds` and has written nothing: nobody may wait on that word."""

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.gate import Admission
from darkroom.jobs.job import JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.upstream import KeyRefused, NotCreated
from darkroom.ports import JobMessage, ThrottledError
from memory.permits import MemoryPermits
from memory.world import TENANT, World, a_request

ONE_AT_ONCE = PermitLimits(images_per_minute=600, concurrent_tasks=1, slot_seconds=600)


class Contended(MemoryPermits):
    """`is_contended`: nobody may join."""

    is_contended = False

    def join(self, now: float) -> Admission:
        return Admission(False, retry_seconds=0.5) if self.is_contended else super().join(now)


@pytest.fixture
def permits() -> Contended:
    return Contended(ONE_AT_ONCE)


@pytest.fixture
def world(permits: Contended) -> World:
    return World(permits=permits)


@pytest.mark.parametrize("outcome", [NotCreated("429", throttled=True), KeyRefused("401")])
def test_a_job_that_upstream_sent_away_does_not_wait_behind_an_open_line(
    world: World, permits: Contended, outcome: NotCreated | KeyRefused
) -> None:
    world.upstream.script_submit(outcome)
    permits.is_contended = True
    job = world.accept(webhook_url=None)
    world.work()
    assert world.job(job).status is JobStatus.QUEUED
    assert not world.job(job).waiting
    assert permits.running == 0
    permits.is_contended = False
    world.run(90)
    assert world.job(job).status is JobStatus.PROCESSING


def test_a_message_for_a_job_that_waits_comes_again_until_the_ticks_are_told(
    world: World, permits: Contended
) -> None:
    for number in range(2):
        world.clock.advance(0.01)
        world.acceptor.accept(Account(TENANT), a_request(webhook_url=None, prompt=str(number)))
    world.work()
    [waiting] = [job for job in world.jobs.all() if job.waiting]
    permits.is_contended = True
    with pytest.raises(ThrottledError):
        world.advance(JobMessage(TENANT, waiting.id))
