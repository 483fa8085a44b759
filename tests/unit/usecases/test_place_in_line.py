"""Where a waiting job stands, and when it may start: as its turn will come, and cheap to ask."""

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.backlog import PlaceInLine
from darkroom.jobs.job import Job
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.usecases.place_in_line import EXACT, place_in_line
from memory.permits import MemoryPermits
from memory.world import World, a_request

SIX_A_MINUTE = PermitLimits(images_per_minute=6, concurrent_tasks=100, slot_seconds=600)


def accept(world: World, tenant: str = "acme", **changes: object) -> Job:
    world.clock.advance(0.01)
    request = a_request(webhook_url=None, deadline_seconds=86_400, **changes)
    return world.acceptor.accept(Account(tenant), request).job


def place(world: World, job: Job) -> PlaceInLine | None:
    return place_in_line(world.job(job), world.backlog, world.permits, world.clock())


def position(world: World, job: Job) -> int:
    found = place(world, job)
    assert found is not None
    return found.position


@pytest.fixture
def full() -> World:
    """No permit is left for a minute."""
    world = World(permits=MemoryPermits(SIX_A_MINUTE))
    for _ in range(6):
        accept(world)
    world.work()
    return world


def test_a_job_that_does_not_wait_has_no_place(full: World) -> None:
    assert [place(full, job) for job in full.jobs.all()] == [None] * 6


def test_the_positions_are_those_of_the_turns(full: World) -> None:
    acme = [accept(full) for _ in range(3)]
    globex = [accept(full, "globex") for _ in range(2)]
    full.work()
    assert [position(full, job) for job in acme] == [1, 3, 5]
    assert [position(full, job) for job in globex] == [2, 4]


def test_a_high_priority_is_ahead_of_its_own_tenants_jobs_alone(full: World) -> None:
    normal, other = accept(full), accept(full, "globex")
    high = accept(full, priority=Priority.HIGH)
    full.work()
    assert [position(full, job) for job in (high, other, normal)] == [1, 2, 3]


def test_jobs_start_in_the_order_of_their_positions(full: World) -> None:
    jobs = [accept(full, tenant) for tenant in ("acme", "acme", "globex", "acme", "globex")]
    full.work()
    order = sorted(jobs, key=lambda job: position(full, job))
    full.run(70)
    at = [full.job(job).submitted_at or 0.0 for job in order]
    assert at == sorted(at)
    assert min(at) > 0.0


def test_the_start_is_estimated_by_the_rate_that_the_limits_allow(full: World) -> None:
    for _ in range(12):
        last = accept(full)
    full.work()
    found = place(full, last)
    assert found is not None
    assert 110 <= found.estimated_start_seconds <= 130


def test_a_hold_is_part_of_the_estimate(full: World) -> None:
    job = accept(full)
    full.work()
    before = place(full, job)
    full.permits.hold(full.clock() + 40, full.clock())
    after = place(full, job)
    assert before is not None
    assert after is not None
    assert after.estimated_start_seconds == before.estimated_start_seconds + 40


def test_where_tasks_at_once_are_the_limit_the_estimate_is_by_what_they_let_through() -> None:
    world = World(permits=MemoryPermits(PermitLimits(6_000, 2, 600)))
    accept(world)
    accept(world)
    world.work()
    waiting = [accept(world) for _ in range(4)]
    world.work()
    world.clock.advance(20)  # two started in 20 s
    found = place(world, waiting[-1])
    assert found is not None
    assert 35 <= found.estimated_start_seconds <= 45


def test_in_a_long_line_the_position_is_estimated_from_a_bounded_read(full: World) -> None:
    jobs = [accept(full) for _ in range(EXACT)]
    accept(full, "globex")
    full.work()
    reads: list[int] = []
    waiting, count = full.backlog.waiting, full.backlog.count

    def watched_waiting(account: str, after: str, limit: int) -> object:
        reads.append(limit)
        return waiting(account, after, limit)

    def watched_count(account: str, most: int, **between: str) -> int:
        reads.append(most)
        return count(account, most, **between)

    full.backlog.waiting = watched_waiting  # type: ignore[method-assign,assignment]
    full.backlog.count = watched_count  # type: ignore[method-assign]
    assert position(full, jobs[499]) == 500
    assert reads == [EXACT, EXACT]
