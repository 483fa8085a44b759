"""Random interleavings of everything that touches the line: limits hold at each step, each job starts once,
none is left behind, whoever dies and however late the index is."""

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.gate import LONGEST_TICK_SECONDS, QUIET_SECONDS
from darkroom.jobs.job import JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.ports import JobMessage, Tick
from memory.permits import MemoryPermits
from memory.world import World, a_request
from unit.usecases.interleaving import Interleaved
from unit.usecases.killing import REDELIVERED_SECONDS

RECONCILED_SECONDS = 60.0
IN_TIME = QUIET_SECONDS - 3
"""An index no later than this: whoever waits is seen before the ticks end."""
MUCH_TOO_LATE = 60.0
KNOWN_ENDS = {ErrorCode.CANCELLED, ErrorCode.DEADLINE_EXCEEDED}

of_both_accounts = pytest.mark.parametrize("own_key", [False, True], ids=["", "own key"])


def lived(seed: int, *, lag_seconds: float, deadly: float = 0.0, own_key: bool = False) -> Interleaved:
    run = Interleaved(seed, lag_seconds=lag_seconds, deadly=deadly, own_key=own_key)
    for _ in range(200):
        run.step()
    run.live(150)
    run.heal()
    assert all(job.status.terminal for job in run.jobs())
    for job in run.jobs():
        assert run.created[job.request.prompt] == 1 or job.status is not JobStatus.COMPLETED
    return run


def codes(run: Interleaved) -> set[ErrorCode]:
    return {job.failure.code for job in run.jobs() if job.failure is not None}


@of_both_accounts
@pytest.mark.parametrize("block", range(2))
def test_in_any_order_limits_hold_and_each_job_starts_once_and_soon(block: int, own_key: bool) -> None:
    for seed in range(block * 20, block * 20 + 20):
        try:
            run = lived(seed, lag_seconds=IN_TIME, own_key=own_key)
            assert codes(run) <= KNOWN_ENDS
            assert run.passed_by_seconds <= IN_TIME + LONGEST_TICK_SECONDS + 2
            assert run.overdue_seconds <= RECONCILED_SECONDS + 2
            run.world.run(60)
            assert run.permits.running == 0
            assert not any(isinstance(sent.message, Tick) for sent in run.world.queue.waiting)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


@of_both_accounts
@pytest.mark.parametrize("block", range(2))
def test_an_index_that_is_a_minute_late_delays_nobody_for_much_longer(block: int, own_key: bool) -> None:
    for seed in range(1_000 + block * 8, 1_000 + block * 8 + 8):
        try:
            run = lived(seed, lag_seconds=MUCH_TOO_LATE, own_key=own_key)
            assert codes(run) <= KNOWN_ENDS
            longest = MUCH_TOO_LATE + RECONCILED_SECONDS + LONGEST_TICK_SECONDS + 2
            assert run.passed_by_seconds <= longest
            assert run.overdue_seconds <= RECONCILED_SECONDS + 2
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


@of_both_accounts
@pytest.mark.parametrize("lag_seconds", [1.0, MUCH_TOO_LATE])
@pytest.mark.parametrize("block", range(2))
def test_whoever_dies_and_whatever_is_lost_each_job_ends_in_time_and_starts_once(
    block: int, lag_seconds: float, own_key: bool
) -> None:
    for seed in range(2_000 + block * 8, 2_000 + block * 8 + 8):
        try:
            run = lived(seed, lag_seconds=lag_seconds, deadly=0.02, own_key=own_key)
            # The one outcome that nobody can know: killed around the POST
            assert codes(run) <= {*KNOWN_ENDS, ErrorCode.SUBMISSION_UNKNOWN}
            # Killed again and again over its end, it comes back from the queue each time
            assert run.overdue_seconds <= 2 * RECONCILED_SECONDS + 3 * REDELIVERED_SECONDS
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


def test_nobody_starves_behind_a_tenant_that_never_stops() -> None:
    """One tenant sends more than there is room for all the time; another's jobs start all the same."""
    limits = PermitLimits(30, 100, 600)
    world = World(permits=MemoryPermits(limits))
    for number in range(200):
        _accept(world, "acme", f"first {number}")
    world.run(1)
    asked_at = world.clock()
    for number in range(10):
        _accept(world, "globex", f"other {number}", priority=Priority.LOW)
    for _ in range(70):
        world.run(1)
        for _ in range(2):
            _accept(world, "acme", "more", priority=Priority.HIGH)
    others = [job for job in world.jobs.all() if job.tenant == "globex"]
    assert all(job.submitted_at is not None for job in others)
    # 10 of the 20 next starts: within the next minute's window
    assert max(job.submitted_at or 0.0 for job in others) - asked_at < 65


def _accept(world: World, tenant: str, prompt: str, priority: Priority = Priority.NORMAL) -> None:
    world.clock.advance(0.01)
    request = a_request(webhook_url=None, prompt=prompt, deadline_seconds=86_400, priority=priority)
    world.acceptor.accept(Account(tenant), request)


def test_a_message_for_a_job_that_waits_only_keeps_the_ticks_going() -> None:
    world = World(permits=MemoryPermits(PermitLimits(1, 1, 600)))
    for number in range(2):
        _accept(world, "acme", str(number))
    world.work()
    [waiting] = [job for job in world.jobs.all() if job.waiting]
    world.queue.waiting.clear()
    world.clock.advance(20)
    world.advance(JobMessage("acme", waiting.id))
    assert len(world.upstream.submits) == 1
    assert [type(sent.message) for sent in world.queue.waiting] == [Tick]
