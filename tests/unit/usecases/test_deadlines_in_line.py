"""Jobs whose deadline passes in the line use up nothing that one behind them could start with."""

from darkroom.jobs.account import Account
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import JobMessage
from memory.permits import MemoryPermits
from memory.world import World, a_request

SIX_A_MINUTE = PermitLimits(images_per_minute=6, concurrent_tasks=100, slot_seconds=600)


def accept(world: World, deadline_seconds: int) -> Job:
    world.clock.advance(0.01)
    request = a_request(webhook_url=None, deadline_seconds=deadline_seconds)
    return world.acceptor.accept(Account("acme"), request).job


def test_expired_jobs_ahead_do_not_keep_a_live_one_from_its_start() -> None:
    """Their own messages are lost, and no reconciler clears them: all are let in, in vain."""
    world = World(permits=MemoryPermits(SIX_A_MINUTE))
    for _ in range(6):
        accept(world, 86_400)
    world.work()
    expired = [accept(world, 1_000) for _ in range(60)]
    live = accept(world, 86_400)
    world.work()
    assert world.job(live).waiting
    tick = [sent for sent in world.queue.waiting if not isinstance(sent.message, JobMessage)]
    world.clock.advance(1_100)
    world.queue.waiting[:] = tick
    world.run(58)  # by their permits alone it would be ten minutes
    assert {world.job(job).status for job in expired} == {JobStatus.FAILED}
    assert world.job(live).status is JobStatus.PROCESSING
    assert sum(world.permits.window.starts.values()) == 1


def test_a_job_cancelled_before_its_start_gives_the_start_back() -> None:
    world = World(permits=MemoryPermits(PermitLimits(6, 1, 600)))
    accept(world, 86_400)
    world.work()
    waiting = accept(world, 86_400)
    world.work()
    world.permits.give_back(world.clock() - 0.01, world.clock())
    world.dispatcher.after_end("default")
    assert sum(world.permits.window.starts.values()) == 2
    world.canceller.cancel(waiting.tenant, waiting.id)
    world.advance(JobMessage(waiting.tenant, waiting.id))
    assert sum(world.permits.window.starts.values()) == 1
    assert world.permits.running == 0


def test_a_start_that_was_made_is_never_given_back() -> None:
    world = World(permits=MemoryPermits(SIX_A_MINUTE))
    job = accept(world, 86_400)
    world.work()
    world.canceller.cancel(job.tenant, job.id)
    world.advance(JobMessage(job.tenant, job.id))
    assert world.permits.running == 0
    assert sum(world.permits.window.starts.values()) == 1
