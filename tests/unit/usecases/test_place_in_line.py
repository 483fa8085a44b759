"""Where a waiting job stands, and when it may start: as its turn will come, and cheap and harmless to ask."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, Event
from time import monotonic, sleep

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.backlog import PlaceInLine
from darkroom.jobs.gate import Gate
from darkroom.jobs.job import Job
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.ports import ThrottledError
from darkroom.usecases.place_in_line import EXACT, PlacesInLine
from memory.backlog import MemoryBacklog
from memory.permits import MemoryPermits
from memory.world import World, a_request

SIX_A_MINUTE = PermitLimits(images_per_minute=6, concurrent_tasks=100, slot_seconds=600)


def accept(world: World, tenant: str = "acme", **changes: object) -> Job:
    world.clock.advance(0.01)
    request = a_request(webhook_url=None, deadline_seconds=86_400, **changes)
    return world.acceptor.accept(Account(tenant), request).job


def place(world: World, job: Job) -> PlaceInLine | None:
    """By a process that has read nothing yet."""
    return places(world).of(world.job(job))


def places(world: World, **options: float) -> PlacesInLine:
    return PlacesInLine(world.backlog, world.upstreams.permits, world.clock, **options)


@dataclass
class Watched:
    """Each read of the index, as (account, after, limit); `does` is done before it."""

    backlog: MemoryBacklog
    reads: list[tuple[str, str, int]] = field(default_factory=list)
    does: Callable[[], None] = lambda: None

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        self.reads.append((account, after, limit))
        self.does()
        return self.backlog.waiting(account, after, limit)

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"nothing but a bounded read is for this, not {name}")


def watch(world: World) -> Watched:
    watched = Watched(world.backlog)
    world.backlog = watched  # type: ignore[assignment]
    return watched


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


def test_in_a_long_line_the_first_of_a_tenants_own_jobs_are_counted(full: World) -> None:
    jobs = [accept(full) for _ in range(EXACT)]
    full.work()
    assert [position(full, jobs[number]) for number in (0, 41, EXACT - 1)] == [1, 42, EXACT]


@pytest.mark.parametrize("number", [150, 400, 999])
def test_further_behind_the_position_is_reckoned_by_how_fast_they_came(full: World, number: int) -> None:
    jobs = [accept(full) for _ in range(1_000)]
    full.work()
    watched = watch(full)
    assert position(full, jobs[number]) == pytest.approx(number + 1, rel=0.05)
    assert [limit for *_, limit in watched.reads] == [EXACT] * 3


def test_jobs_that_came_at_the_same_moment_do_not_make_a_later_one_wait_for_ever(full: World) -> None:
    for _ in range(EXACT):
        full.clock.advance(-0.01)
        accept(full)
    full.clock.advance(20)
    last = accept(full)
    full.work()
    assert EXACT < position(full, last) <= 21 * EXACT


def test_a_high_priority_in_a_long_line_is_ahead_of_all_its_tenants_normal_jobs(full: World) -> None:
    for _ in range(EXACT + 50):
        accept(full)
    high, low = accept(full, priority=Priority.HIGH), accept(full, priority=Priority.LOW)
    full.work()
    assert position(full, high) == 1
    assert position(full, low) > EXACT


def test_a_short_line_beside_a_long_one_is_short(full: World) -> None:
    for _ in range(EXACT + 50):
        accept(full)
    other = [accept(full, "globex") for _ in range(2)]
    full.work()
    assert [position(full, job) for job in other] == [2, 4]


def test_a_thousand_that_ask_for_one_accounts_jobs_cost_one_read_a_second(full: World) -> None:
    jobs = [accept(full, tenant) for tenant in ("acme", "globex") for _ in range(5)]
    full.work()
    watched, asked = watch(full), places(full)
    for _ in range(100):
        assert all(asked.of(full.job(job)) for job in jobs)
    assert watched.reads == [("default", "", EXACT)]
    full.clock.advance(1.01)
    assert all(asked.of(full.job(job)) for job in jobs)
    assert len(watched.reads) == 2


def test_in_a_long_line_it_is_three_reads_a_second_for_each_tenant(full: World) -> None:
    jobs = [accept(full, tenant) for _ in range(EXACT + 50) for tenant in ("acme", "globex")]
    full.work()
    watched, asked = watch(full), places(full)
    assert all(asked.of(full.job(job)) for job in jobs)
    assert len(watched.reads) == 1 + 2 * 2


def test_many_threads_that_ask_at_once_share_one_read(full: World) -> None:
    job = accept(full)
    full.work()
    watched, asked, waiting = watch(full), places(full, patience_seconds=5.0), full.job(job)
    together = Barrier(8)
    watched.does = lambda: sleep(0.05)

    def ask(_: int) -> PlaceInLine | None:
        together.wait()
        return asked.of(waiting)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(set(found)) == 1
    assert found[0] is not None
    assert len(watched.reads) == 1


def test_a_throttled_index_costs_the_place_alone_and_is_left_in_peace_for_a_second(full: World) -> None:
    job = accept(full)
    full.work()
    watched, asked = watch(full), places(full)

    def throttled() -> None:
        raise ThrottledError("ThrottlingException")

    watched.does = throttled
    assert [asked.of(full.job(job)) for _ in range(50)] == [None] * 50
    assert len(watched.reads) == 1
    watched.does = lambda: None
    full.clock.advance(1.01)
    assert asked.of(full.job(job)) is not None


def test_a_slow_index_holds_nobody_up_and_what_it_says_at_last_is_shown(full: World) -> None:
    job = accept(full)
    full.work()
    watched, asked, answers = watch(full), places(full, patience_seconds=0.01), Event()
    watched.does = lambda: assert_true(answers.wait(5))
    assert [asked.of(full.job(job)) for _ in range(3)] == [None] * 3
    answers.set()
    deadline = monotonic() + 5
    while asked.of(full.job(job)) is None:
        assert monotonic() < deadline
    assert len(watched.reads) == 1


def test_throttled_permits_cost_the_place_alone(full: World) -> None:
    job = accept(full)
    full.work()

    def throttled(now: float) -> Gate:
        raise ThrottledError("ThrottlingException")

    full.permits.gate = throttled  # type: ignore[method-assign]
    assert place(full, job) is None


def assert_true(value: bool) -> None:
    assert value
