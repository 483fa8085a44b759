"""A job is released between a worker's read and its write: the release stands, with its permit."""

from collections.abc import Callable

import pytest

from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import JobChangedError, JobMessage
from darkroom.usecases.save import save_and_give_back, save_move
from memory.permits import MemoryPermits
from memory.world import World

ONE_AT_ONCE = PermitLimits(600, 1, 600)


def released_meanwhile() -> tuple[World, Job]:
    """The world after the release, and the job as it was read before."""
    world = World(permits=MemoryPermits(ONE_AT_ONCE))
    now = world.clock()
    world.permits.hold(now + 1, now)
    job = world.accept(webhook_url=None)
    world.work()
    stale = world.job(job)
    assert stale.waiting
    world.clock.advance(2)
    world.dispatcher.after_end("default")
    assert world.job(job).permit_at == world.clock()
    return world, stale


@pytest.mark.parametrize("move", [Job.wait, lambda job: job], ids=["waits again", "gives its slot back"])
def test_who_has_read_it_before_does_not_undo_the_release(move: Callable[[Job], Job]) -> None:
    world, stale = released_meanwhile()
    with pytest.raises(JobChangedError):
        save_and_give_back(world.poller, stale, move)
    with pytest.raises(JobChangedError):
        save_move(world.jobs, stale, move)
    stands = world.job(stale)
    assert (stands.waiting, stands.permit_at) == (False, world.clock())
    assert world.permits.running == 1


def test_a_second_worker_with_its_first_message_leaves_it_to_its_release() -> None:
    """Read before it waited, and refused a permit only after others had let it go on."""
    world = World(permits=MemoryPermits(ONE_AT_ONCE))
    job = world.accept(webhook_url=None)
    [message] = world.queue.receive()
    world.permits.hold(world.clock() + 1, world.clock())
    join = world.permits.take

    def meanwhile(now: float) -> object:
        world.permits.take = join  # type: ignore[method-assign]
        admission = join(now)
        world.advance(message)  # the other worker: the job waits
        world.clock.advance(2)
        world.dispatcher.after_end("default")
        return admission

    world.permits.take = meanwhile  # type: ignore[assignment,method-assign]
    world.advance(JobMessage(job.tenant, job.id))
    assert world.job(job).permit_at is not None
    world.run(1)
    assert world.job(job).status is JobStatus.PROCESSING
    assert len(world.upstream.submits) == 1
    assert world.permits.running == 1


def test_a_cancel_of_a_job_read_before_keeps_the_permit_to_be_given_back() -> None:
    world, stale = released_meanwhile()
    world.canceller.cancel(stale.tenant, stale.id)
    world.work()
    cancelled = world.job(stale)
    assert (cancelled.status, cancelled.billed) == (JobStatus.CANCELLED, Billed.NO)
    assert world.permits.running == 0


def test_of_two_messages_for_a_job_cancelled_with_its_permit_one_gives_the_slot_back() -> None:
    world, stale = released_meanwhile()
    world.permits.limits = PermitLimits(600, 3, 600)
    world.permits.take(world.clock())  # another job's
    world.canceller.cancel(stale.tenant, stale.id)
    save, message = world.jobs.save, JobMessage(stale.tenant, stale.id)

    def first(job: Job) -> Job:
        world.jobs.save = save  # type: ignore[method-assign]
        world.advance(message)
        return save(job)

    world.jobs.save = first  # type: ignore[method-assign]
    world.advance(message)
    assert world.permits.running == 1
    assert world.job(stale).slot_taken_at is None
