"""Jobs whose tenant's own upstream key was removed, or isn't seen yet."""

from darkroom.jobs.account import Account
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.upstream import Ambiguous, UpstreamUnavailableError
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, TENANT, World, a_request

OWN = Account(TENANT, payers=("acme",), own_upstream_key=True)


def accept(world: World, **changes: object) -> Job:
    return world.acceptor.accept(OWN, a_request(**changes)).job


def test_a_job_that_waits_for_a_removed_key_fails_unbilled_and_not_on_the_stacks_key(world: World) -> None:
    world.upstreams.register(TENANT)
    job = accept(world)
    world.upstreams.remove(TENANT)
    world.run(59)
    ended = world.job(job)
    assert (ended.status, ended.billed) == (JobStatus.FAILED, Billed.NO)
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.retryable) == (ErrorCode.UPSTREAM_KEY_REMOVED, True)
    assert len(world.sender.sent) == 1
    assert world.upstream.submits == []


def test_a_key_that_is_seen_late_is_waited_for(world: World) -> None:
    job = accept(world)
    world.upstreams.accounts[f"tenant/{TENANT}"] = MemoryPermits()
    world.run(50)
    assert world.job(job).status is JobStatus.QUEUED
    own = world.upstreams.register(TENANT)
    world.run(5)
    assert world.job(job).status is JobStatus.PROCESSING
    assert len(own.submits) == 1


def test_a_key_that_is_waited_for_in_vain_fails_the_job_ahead_of_a_short_deadline(world: World) -> None:
    job = accept(world, deadline_seconds=30)
    world.upstreams.accounts[f"tenant/{TENANT}"] = MemoryPermits()
    world.run(30)
    failure = world.job(job).failure
    assert failure is not None
    assert failure.code is ErrorCode.UPSTREAM_KEY_REMOVED
    assert world.queue.waiting == []


def test_a_started_task_whose_key_another_worker_does_not_see_yet_is_looked_at_later(world: World) -> None:
    own = world.upstreams.register(TENANT)
    job = accept(world)
    world.work()
    own.finish("pred-1", OUTPUT_URL)
    hidden = world.upstreams.hide(TENANT)
    world.callback(job)
    world.run(20)
    assert world.job(job).status is JobStatus.PROCESSING
    world.upstreams.show(TENANT, hidden)
    world.run(20)
    assert world.job(job).status is JobStatus.COMPLETED


def test_a_task_whose_key_is_removed_fails_and_may_be_billed(world: World) -> None:
    world.upstreams.register(TENANT)
    job = accept(world)
    world.work()
    world.upstreams.remove(TENANT)
    world.clock.advance(56)
    world.callback(job)
    world.work()
    ended = world.job(job)
    assert ended.failure is not None
    assert (ended.failure.code, ended.billed) == (ErrorCode.UPSTREAM_KEY_REMOVED, Billed.UNKNOWN)
    assert world.upstreams.accounts[f"tenant/{TENANT}"].running == 0


def test_a_cancel_after_the_key_is_removed_still_frees_the_slot_and_delivers(world: World) -> None:
    world.upstreams.register(TENANT)
    job = accept(world)
    world.work()
    world.upstreams.remove(TENANT)
    world.canceller.cancel(TENANT, job.id)
    world.work()
    assert world.job(job).status is JobStatus.CANCELLED
    assert world.upstreams.accounts[f"tenant/{TENANT}"].running == 0
    assert len(world.sender.sent) == 1


def test_a_doubt_whose_key_is_removed_ends_and_is_never_posted_again(world: World) -> None:
    own = world.upstreams.register(TENANT)
    own.script_submit(Ambiguous("ReadTimeout"))
    own.unavailable = UpstreamUnavailableError("503")
    job = accept(world)
    world.work()
    world.upstreams.remove(TENANT)
    world.run(700)
    ended = world.job(job)
    assert (ended.status, ended.billed) == (JobStatus.FAILED, Billed.UNKNOWN)
    assert len(own.submits) == 1
    assert world.upstream.submits == []
