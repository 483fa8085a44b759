"""The reconciler: whatever a crash or a lost message left behind goes on, and nothing goes on twice."""

from collections.abc import Callable

import pytest

from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import ThrottledError, Tick
from memory.world import OUTPUT_URL, OVERDUE_SECONDS, World


def test_a_queued_job_without_a_message_is_started(world: World) -> None:
    job = world.accept()
    world.queue.waiting.clear()
    world.run(OVERDUE_SECONDS + 61, reconcile=True)
    assert world.job(job).status is JobStatus.PROCESSING


def test_a_processing_job_without_a_message_is_looked_at(world: World) -> None:
    job = world.accept()
    world.work()
    world.queue.waiting.clear()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(OVERDUE_SECONDS + 61, reconcile=True)
    assert world.job(job).status is JobStatus.COMPLETED


def test_what_is_not_overdue_is_left_alone(world: World) -> None:
    world.accept()
    world.clock.advance(OVERDUE_SECONDS - 1)
    assert world.reconciler.reconcile() == 0


def test_a_new_chain_of_looks_ends_the_old_one(world: World) -> None:
    world.accept()
    world.run(OVERDUE_SECONDS + 120, reconcile=True)
    looks = len(world.upstream.looks)
    assert len(world.queue.waiting) == 1
    quiet = World(clock=world.clock)
    quiet.accept()
    quiet.run(OVERDUE_SECONDS + 120)
    assert looks <= len(quiet.upstream.looks) + 2


def test_a_reconciler_short_of_time_leaves_the_rest_for_its_next_run(world: World) -> None:
    world.accept()
    world.clock.advance(OVERDUE_SECONDS + 1)
    world.seconds_left = 1
    assert world.reconciler.reconcile() == 0
    world.seconds_left = 60
    assert world.reconciler.reconcile() == 1


def test_every_overdue_job_is_taken_up_once_a_round(world: World) -> None:
    for _ in range(20):
        world.accept()
    world.queue.receive()
    world.clock.advance(OVERDUE_SECONDS + 1)
    assert world.reconciler.reconcile() == 20
    assert world.reconciler.reconcile() == 0


def test_a_round_has_no_bound_but_its_time(world: World) -> None:
    """So many deadlines at once are over within minutes."""
    for _ in range(1_200):
        world.accept()
    world.queue.receive()
    world.clock.advance(OVERDUE_SECONDS + 1)
    assert world.reconciler.reconcile() == 1_200


def test_one_job_that_cannot_be_read_does_not_hold_up_the_others(world: World) -> None:
    broken, healthy = world.accept(), world.accept()
    world.queue.receive()
    world.clock.advance(OVERDUE_SECONDS + 1)
    get = world.jobs.get

    def unreadable(tenant: str, job_id: str) -> object:
        if job_id == broken.id:
            raise ValueError("a word of a newer version")
        return get(tenant, job_id)

    world.jobs.get = unreadable  # type: ignore[assignment,method-assign]
    assert world.reconciler.reconcile() == 1
    assert [message.job_id for message in world.queue.receive()] == [healthy.id]
    assert world.telemetry.counts["ReconcileFailed"] == 1


def throttled(*_: object) -> int:
    raise ThrottledError


def broken(*_: object) -> int:
    raise ValueError("an item that nobody can read")


@pytest.mark.parametrize("count", [throttled, broken])
def test_a_backlog_that_cannot_be_counted_does_not_stop_overdue_jobs(
    world: World, count: Callable[..., int]
) -> None:
    world.accept()
    world.queue.receive()
    world.clock.advance(OVERDUE_SECONDS + 1)
    world.backlog.count = count  # type: ignore[method-assign]
    assert world.reconciler.reconcile() == 1
    assert world.telemetry.counts["WatchFailed"] == 1


def test_one_account_that_cannot_be_watched_does_not_stop_another(world: World) -> None:
    """Each has lost its tick."""
    for tenant in ("globex", "initech"):
        world.upstreams.register(tenant)
        world.upstreams.accounts[f"tenant/{tenant}"].join(world.clock())
    world.clock.advance(20)
    count = world.backlog.count

    def count_of(account: str, most: int) -> int:
        return throttled() if account in ("default", "tenant/globex") else count(account, most)

    world.backlog.count = count_of  # type: ignore[method-assign]
    world.reconciler.reconcile()
    assert world.queue.receive() == [Tick("tenant/initech", 0)]
    assert world.telemetry.counts["WatchFailed"] == 2


def test_accounts_that_cannot_be_listed_leave_the_stacks_own_to_be_watched(world: World) -> None:
    world.permits.join(world.clock())
    world.clock.advance(20)
    world.backlog.accounts = throttled  # type: ignore[method-assign,assignment]
    world.reconciler.reconcile()
    assert world.queue.receive() == [Tick("default", 0)]


def test_overdue_jobs_that_cannot_be_listed_leave_the_lines_to_be_watched(world: World) -> None:
    world.permits.join(world.clock())
    world.clock.advance(20)
    world.jobs.overdue = throttled  # type: ignore[method-assign,assignment]
    with pytest.raises(ThrottledError):
        world.reconciler.reconcile()
    assert world.queue.receive() == [Tick("default", 0)]


def test_many_overdue_jobs_leave_time_to_watch_the_lines(world: World) -> None:
    """Each takes a second of the fifty that a round has."""
    for _ in range(60):
        world.accept()
    world.queue.receive()
    world.permits.join(world.clock())
    world.clock.advance(OVERDUE_SECONDS + 1)
    world.seconds_left = 50
    save = world.jobs.save

    def slowly(job: Job) -> Job:
        world.seconds_left -= 1
        return save(job)

    world.jobs.save = slowly  # type: ignore[method-assign]
    assert 30 < world.reconciler.reconcile() < 50
    assert Tick("default", 0) in world.queue.receive()
