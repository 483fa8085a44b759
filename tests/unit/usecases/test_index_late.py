"""The index shows a job long after it has begun to wait, or to wait no more: it starts all the same."""

from collections.abc import Sequence

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.backlog import Turns
from darkroom.jobs.gate import LONGEST_TICK_SECONDS, QUIET_SECONDS, Gate, Released
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import Tick
from memory.backlog import LateBacklog
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, TENANT, World, a_request

ONE_AT_ONCE = PermitLimits(images_per_minute=600, concurrent_tasks=1, slot_seconds=6_000)
RECONCILED_SECONDS = 60.0
IN_TIME, TOO_LATE = QUIET_SECONDS - 3, QUIET_SECONDS + 25


def late(lag_seconds: float, limits: PermitLimits = ONE_AT_ONCE) -> World:
    world = World(permits=MemoryPermits(limits))
    world.backlog = LateBacklog(world.jobs, world.upstreams.accounts, world.clock, lambda: lag_seconds)
    return world


def accept(world: World, tenant: str = TENANT, *, own_key: bool = False) -> Job:
    world.clock.advance(0.01)
    account = Account(tenant, own_upstream_key=own_key)
    request = a_request(webhook_url=None, deadline_seconds=86_400)
    job = world.acceptor.accept(account, request).job
    world.work()
    return world.job(job)


def end_all(world: World) -> None:
    """Every task that runs ends, and upstream calls back."""
    for job in world.jobs.all():
        if job.status is JobStatus.PROCESSING and job.prediction_id is not None:
            world.upstreams.of(job).finish(job.prediction_id, OUTPUT_URL)  # type: ignore[attr-defined]
            world.callback(job, job.prediction_id)
    world.work()


def overtaken(world: World, *, own_key: bool = False) -> Job:
    """A job that waits unseen, while a later one has taken the room on its way: the line was seen empty."""
    first = accept(world, own_key=own_key)
    waiting = accept(world, own_key=own_key)
    assert (first.status, waiting.waiting) == (JobStatus.PROCESSING, True)
    end_all(world)
    world.run(LONGEST_TICK_SECONDS + 1)
    later = accept(world, own_key=own_key)
    assert (later.status, world.job(waiting).waiting) == (JobStatus.PROCESSING, True)
    return waiting


def test_the_ticks_go_on_until_one_has_seen_that_nobody_waits_even_where_nobody_could_start() -> None:
    world = late(IN_TIME)
    waiting = overtaken(world)
    world.run(300)
    end_all(world)
    world.run(1)
    assert world.job(waiting).status is JobStatus.PROCESSING


def test_a_job_that_the_index_shows_only_when_the_ticks_have_ended_is_found_by_the_reconciler() -> None:
    world = late(TOO_LATE)
    waiting = overtaken(world)
    world.run(TOO_LATE)
    assert not [sent for sent in world.queue.waiting if isinstance(sent.message, Tick)]
    end_all(world)
    world.run(RECONCILED_SECONDS + 1, reconcile=True)
    assert world.job(waiting).status is JobStatus.PROCESSING


def test_so_is_one_on_its_tenants_own_key() -> None:
    world = late(TOO_LATE)
    world.upstreams.register(TENANT)
    world.upstreams.accounts[f"tenant/{TENANT}"] = MemoryPermits(ONE_AT_ONCE, world.jobs)
    waiting = overtaken(world, own_key=True)
    world.run(TOO_LATE)
    assert not [sent for sent in world.queue.waiting if isinstance(sent.message, Tick)]
    end_all(world)
    world.run(RECONCILED_SECONDS + 1, reconcile=True)
    assert world.job(waiting).status is JobStatus.PROCESSING


def test_jobs_that_wait_behind_a_gate_that_was_lost_are_found_by_the_reconciler() -> None:
    world = late(0.1)
    accept(world)
    waiting = accept(world)
    world.permits.standing = Gate()
    world.run(RECONCILED_SECONDS + LONGEST_TICK_SECONDS + 1, reconcile=True)
    assert world.job(waiting).status is JobStatus.PROCESSING


def test_an_open_line_is_closed_again_for_a_job_that_shows_while_nobody_could_start() -> None:
    world = late(IN_TIME)
    overtaken(world)
    assert not world.permits.standing.line.closed
    world.run(IN_TIME + LONGEST_TICK_SECONDS)
    assert world.permits.standing.line.closed


class CountedPermits(MemoryPermits):
    """`vain`: releases that were refused for all of their jobs."""

    vain = 0

    def release(self, turns: Turns, now: float, due_at: float) -> Released:
        released = super().release(turns, now, due_at)
        self.vain += bool(released.refused) and not released.places
        return released


@pytest.mark.parametrize("waiting", [1, 30])
def test_an_index_that_goes_on_to_show_who_is_gone_costs_a_few_vain_releases_a_second(waiting: int) -> None:
    world = late(20)
    world.permits = world.upstreams.accounts["default"] = CountedPermits(ONE_AT_ONCE, world.jobs)
    accept(world)
    jobs = [accept(world) for _ in range(waiting)]
    world.run(25)
    for job in jobs:  # the index shows them for 20 s more
        world.canceller.cancel(job.tenant, job.id)
    world.work()
    end_all(world)
    world.permits.vain = 0
    seconds = 10
    world.run(seconds)
    assert 0 < world.permits.vain <= 6 * seconds


def test_who_is_gone_does_not_hide_those_that_wait_behind() -> None:
    world = late(5, PermitLimits(600, 3, 6_000))
    for _ in range(3):
        accept(world)
    jobs = [accept(world) for _ in range(30)]
    world.run(6)
    for job in jobs[:5]:
        world.canceller.cancel(job.tenant, job.id)
    world.work()
    end_all(world)
    world.run(3)
    assert [world.job(job).status for job in jobs[5:8]] == [JobStatus.PROCESSING] * 3


def shown(world: World) -> Sequence[str]:
    return world.backlog.waiting("default", "", 100)


def test_a_place_shows_and_vanishes_late_in_the_order_of_its_changes() -> None:
    world = late(4)
    lags = iter([4.0, 4.0, 1.0])
    assert isinstance(world.backlog, LateBacklog)
    world.backlog.lag_seconds = lambda: next(lags)
    accept(world)
    job = accept(world)
    assert shown(world) == []
    world.clock.advance(3)
    world.canceller.cancel(job.tenant, job.id)
    world.clock.advance(1)
    assert len(shown(world)) == 1
    world.clock.advance(3)
    assert shown(world) == []
