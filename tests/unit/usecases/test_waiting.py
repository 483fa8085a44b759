"""Jobs that find no permit: they wait without a message, are released in their turn, and each ends."""

from collections import Counter

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.jobs.upstream import KeyRefused, NotCreated
from darkroom.ports import JobMessage, ThrottledError, Tick
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, OVERDUE_SECONDS, TENANT, World, a_request
from unit.usecases.overtaking import before_the_next_save

TWO_AT_ONCE = PermitLimits(images_per_minute=600, concurrent_tasks=2, slot_seconds=600)
TWO_A_MINUTE = PermitLimits(images_per_minute=2, concurrent_tasks=100, slot_seconds=600)


def limited(limits: PermitLimits = TWO_AT_ONCE) -> World:
    return World(permits=MemoryPermits(limits))


def accept(world: World, tenant: str = TENANT, *, own_key: bool = False, **changes: object) -> Job:
    world.clock.advance(0.01)  # the order they come in is kept to the millisecond
    account = Account(tenant, own_upstream_key=own_key)
    return world.acceptor.accept(account, a_request(webhook_url=None, **changes)).job


def end(world: World, number: int) -> None:
    """The task ends upstream, and upstream calls back."""
    world.upstream.finish(f"pred-{number}", OUTPUT_URL)
    [job] = [job for job in world.jobs.all() if job.prediction_id == f"pred-{number}"]
    world.callback(job, f"pred-{number}")


def started(world: World) -> list[str]:
    """The prompts, in the order of their POSTs."""
    return [str(submit.inputs["prompt"]) for submit in world.upstream.submits]


def messages_before_the_start(world: World, job: Job) -> int:
    submitted_at = world.job(job).submitted_at or 0.0
    own = (sent for sent in world.queue.sent if getattr(sent.message, "job_id", None) == job.id)
    return sum(sent.deliver_at <= submitted_at for sent in own)


def test_a_job_that_cannot_start_waits_without_a_message() -> None:
    world = limited()
    jobs = [accept(world) for _ in range(5)]
    world.work()
    assert [world.job(job).waiting for job in jobs] == [False, False, True, True, True]
    waiting = {job.id for job in jobs[2:]}
    assert not [s for s in world.queue.waiting if getattr(s.message, "job_id", None) in waiting]


def test_without_a_backlog_nothing_ticks() -> None:
    world = limited()
    accept(world)
    world.run(30)
    assert not [s for s in world.queue.sent if isinstance(s.message, Tick)]


def test_a_task_that_ends_lets_in_the_next_one_at_once() -> None:
    world = limited()
    for number in range(3):
        accept(world, prompt=str(number))
    world.work()
    world.clock.advance(6)
    end(world, 1)
    world.work()
    world.work()
    assert started(world) == ["0", "1", "2"]


def test_a_tick_lets_in_the_next_ones_when_the_rate_allows_it() -> None:
    world = limited(TWO_A_MINUTE)
    for number in range(4):
        accept(world, prompt=str(number))
    world.run(60)
    assert started(world) == ["0", "1"]
    world.run(4)
    assert started(world) == ["0", "1", "2", "3"]


def test_a_job_is_received_once_to_wait_and_once_to_start() -> None:
    world = limited(TWO_A_MINUTE)
    jobs = [accept(world) for _ in range(10)]
    world.run(600)
    assert len(world.upstream.submits) == 10
    assert [messages_before_the_start(world, job) for job in jobs] == [1, 1] + [2] * 8


def test_the_ticks_end_when_nobody_waits_any_more() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(3):
        accept(world)
    world.run(120)
    assert world.permits.standing.line.alive_until is None
    assert not [s for s in world.queue.waiting if isinstance(s.message, Tick)]
    assert not world.permits.standing.line.closed


def test_once_nobody_waits_a_job_starts_on_its_way_again() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(3):
        accept(world)
    world.run(200)
    accept(world)
    world.work()
    assert len(world.upstream.submits) == 4


def test_nobody_overtakes_those_that_wait() -> None:
    world = limited()
    for number in range(3):
        accept(world, prompt=str(number))
    world.work()
    world.permits.give_back(world.clock(), world.clock())
    accept(world, prompt="late")
    world.work()
    assert started(world) == ["0", "1"]
    world.run(2)
    assert started(world) == ["0", "1", "2"]


def test_tenants_start_in_turns_and_priority_counts_within_each() -> None:
    world = limited(TWO_A_MINUTE)
    accept(world)
    accept(world)
    world.work()
    for tenant in ("acme", "globex"):
        accept(world, tenant, prompt=f"{tenant} low", priority=Priority.LOW)
        accept(world, tenant, prompt=f"{tenant} normal")
        accept(world, tenant, prompt=f"{tenant} high", priority=Priority.HIGH)
        world.clock.advance(0.5)
    world.run(400)
    wanted = [
        f"{tenant} {priority}" for priority in ("high", "normal", "low") for tenant in ("acme", "globex")
    ]
    assert Counter(started(world)[2:]) == Counter(wanted)
    for first in (2, 4, 6):
        assert {prompt.split()[1] for prompt in started(world)[first : first + 2]} == {
            wanted[first - 2].split()[1]
        }


def test_another_tenants_one_job_does_not_wait_for_a_thousand() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(100):
        accept(world)
    world.work()
    accept(world, "globex", prompt="the one")
    world.run(65)
    assert "the one" in started(world)[:4]


def test_the_backlog_of_a_tenants_own_key_holds_up_nobody_else() -> None:
    world = limited()
    account = world.upstreams.register("globex")
    world.upstreams.accounts["tenant/globex"] = MemoryPermits(PermitLimits(600, 1, 600), world.jobs)
    own = [accept(world, "globex", own_key=True) for _ in range(3)]
    ours = accept(world)
    world.work()
    assert world.job(ours).status is JobStatus.PROCESSING
    assert [world.job(job).waiting for job in own] == [False, True, True]
    account.finish("pred-1", OUTPUT_URL)
    world.callback(own[0], "pred-1")
    world.run(3)
    assert len(account.submits) == 2


def test_a_job_cancelled_while_it_waits_ends_at_once_and_takes_no_permit() -> None:
    world = limited()
    jobs = [accept(world) for _ in range(4)]
    world.work()
    world.canceller.cancel(TENANT, jobs[2].id)
    world.work()
    assert world.job(jobs[2]).status is JobStatus.CANCELLED
    end(world, 1)
    world.run(2)
    assert world.job(jobs[3]).status is JobStatus.PROCESSING
    assert world.permits.running == 2


def test_a_job_cancelled_between_its_release_and_its_start_gives_its_permit_back() -> None:
    world = limited()
    jobs = [accept(world) for _ in range(3)]
    world.work()
    world.clock.advance(1)
    world.permits.give_back(world.clock() - 1, world.clock())
    world.dispatcher.after_end("default")
    assert world.job(jobs[2]).permit_at is not None
    world.canceller.cancel(TENANT, jobs[2].id)
    world.work()
    assert world.job(jobs[2]).status is JobStatus.CANCELLED
    assert len(world.upstream.submits) == 2
    assert world.permits.running == 1


@pytest.mark.parametrize("deadline_seconds", [30, 2_000])
def test_a_job_whose_deadline_passes_while_it_waits_fails_unbilled(deadline_seconds: int) -> None:
    world = limited()
    for _ in range(2):
        accept(world, deadline_seconds=86_400)
    job = accept(world, deadline_seconds=deadline_seconds)
    world.work()
    world.permits.hold(world.clock() + 9_000, world.clock())
    world.run(deadline_seconds - 2, reconcile=True)
    assert world.job(job).status is JobStatus.QUEUED
    world.run(2 if deadline_seconds == 30 else 62, reconcile=True)
    ended = world.job(job)
    assert ended.failure is not None
    assert (ended.failure.code, ended.billed) == (ErrorCode.DEADLINE_EXCEEDED, Billed.NO)


def test_a_permit_whose_worker_comes_late_is_renewed_so_that_the_window_stays_true() -> None:
    world = limited(PermitLimits(1, 10, 600))
    for _ in range(2):
        accept(world)
    world.work()
    released = world.clock() + 62
    world.clock.now = released
    [tick] = [s.message for s in world.queue.waiting if isinstance(s.message, Tick)]
    world.queue.waiting = []
    world.advance(tick)
    [message] = [s.message for s in world.queue.waiting if isinstance(s.message, JobMessage)]
    world.clock.advance(20)
    world.advance(message)
    assert len(world.upstream.submits) == 2
    assert world.permits.running == 2
    assert world.permits.window.room(released + 62, world.permits.limits) == 0


def test_a_released_job_whose_message_is_lost_starts_all_the_same() -> None:
    world = limited()
    jobs = [accept(world) for _ in range(3)]
    world.work()
    world.permits.give_back(world.clock(), world.clock())
    world.clock.advance(1)
    world.dispatcher.after_end("default")
    world.queue.waiting.clear()
    world.run(OVERDUE_SECONDS + 61, reconcile=True)
    assert world.job(jobs[2]).status is JobStatus.PROCESSING
    assert world.permits.running == 2


def test_a_lost_chain_of_ticks_is_begun_again_by_the_reconciler() -> None:
    world = limited(TWO_A_MINUTE)
    jobs = [accept(world) for _ in range(3)]
    world.work()
    world.queue.waiting.clear()
    world.run(130, reconcile=True)
    assert world.job(jobs[2]).status is JobStatus.PROCESSING


def test_a_lost_chain_of_ticks_is_begun_again_by_the_next_job_that_comes() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(3):
        accept(world)
    world.work()
    world.queue.waiting.clear()
    world.clock.advance(70)
    accept(world)
    world.run(2)
    assert len(world.upstream.submits) == 4


def test_a_tick_delivered_twice_makes_one_chain() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(3):
        accept(world)
    world.work()
    [tick] = [s.message for s in world.queue.waiting if isinstance(s.message, Tick)]
    world.advance(tick)
    world.advance(tick)
    assert (
        len([s for s in world.queue.waiting if isinstance(s.message, Tick)]) == 2
    )  # the delivered one and its next


def test_a_tick_that_aws_throttles_goes_on() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(3):
        accept(world)
    world.work()
    waiting, world.backlog.waiting = world.backlog.waiting, throttled  # type: ignore[method-assign,assignment]
    world.run(70)
    assert world.telemetry.counts["ReleaseFailed"] > 0
    world.backlog.waiting = waiting  # type: ignore[method-assign]
    world.run(5)
    assert len(world.upstream.submits) == 3


def throttled(*_: object) -> None:
    raise ThrottledError


def test_a_429_sends_the_job_back_to_its_old_place_and_narrows_the_window() -> None:
    world = limited(PermitLimits(600, 10, 600))
    world.upstream.script_submit(NotCreated("429", throttled=True))
    jobs = [accept(world, prompt=str(number)) for number in range(3)]
    world.work()
    assert world.job(jobs[0]).waiting
    assert world.permits.window.share < 0.1
    for number in range(1, 4):
        world.run(3)
        end(world, number)
    assert started(world) == ["0", "0", "1", "2"]
    assert world.permits.window.share_at(world.clock() + 180) == 1.0


def test_an_upstream_with_a_lower_limit_than_it_says_gets_what_it_takes_and_few_429s() -> None:
    world = limited(PermitLimits(600, 100, 600))
    for _ in range(300):
        accept(world, deadline_seconds=86_400)
    running: list[float] = []
    submit = world.upstream.submit

    def five_at_once(model: str, inputs: object, webhook_url: str | None) -> object:
        running[:] = [until for until in running if until > world.clock()]
        if len(running) >= 5:
            world.upstream.script_submit(NotCreated("429", throttled=True))
        else:
            running.append(world.clock() + 6)
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = five_at_once  # type: ignore[assignment,method-assign]
    elapsed = 0
    while elapsed < 1_200:
        world.run(1)
        elapsed += 1
        for job in world.jobs.all():
            if job.status is JobStatus.PROCESSING and world.clock() - (job.submitted_at or 0) >= 6:
                world.upstream.finish(job.prediction_id or "", OUTPUT_URL)
                world.callback(job, job.prediction_id or "")
    done = sum(job.status is JobStatus.COMPLETED for job in world.jobs.all())
    assert done == 300
    assert len(world.upstream.submits) - done < 30


def test_a_refused_key_lets_all_wait_and_then_go_on() -> None:
    world = limited()
    world.upstream.script_submit(KeyRefused("402"))
    jobs = [accept(world) for _ in range(2)]
    world.work()
    assert world.job(jobs[0]).waiting
    world.run(59)
    assert len(world.upstream.submits) == 1
    world.run(5)
    assert len(world.upstream.submits) == 3


def test_a_gauge_shows_the_backlog_and_how_far_the_limits_are_used() -> None:
    world = limited()
    for _ in range(5):
        accept(world)
    world.work()
    world.reconciler.reconcile()
    assert world.telemetry.gauges == {"JobsWaiting": 3, "RateUsed": 2 / 600, "TasksUsed": 1.0}


def released(world: World) -> JobMessage:
    """The message of a job that has just been released; two tasks run beside it."""
    for _ in range(3):
        accept(world)
    world.work()
    world.clock.advance(1)
    end(world, 1)
    world.work()
    return [s.message for s in world.queue.waiting if isinstance(s.message, JobMessage)][-1]


def test_two_workers_with_one_released_job_use_its_permit_once() -> None:
    world = limited()
    message = released(world)
    before_the_next_save(world, lambda: world.advance(message))
    world.advance(message)
    assert len(world.upstream.submits) == 3
    assert world.permits.running == 2


def test_a_job_slow_on_its_way_into_the_index_is_found_by_a_later_tick() -> None:
    world = limited(TWO_A_MINUTE)
    for _ in range(2):
        accept(world)
    world.work()
    world.clock.advance(59.5)
    job = accept(world)
    save = world.jobs.save

    def slowly(changed: Job) -> Job:
        world.jobs.save = save  # type: ignore[method-assign]
        for _ in range(3):  # ticks that find nobody
            world.clock.advance(1)
            for sent in [s for s in world.queue.waiting if isinstance(s.message, Tick)]:
                world.queue.waiting.remove(sent)
                world.advance(sent.message)
        return save(changed)

    world.jobs.save = slowly  # type: ignore[assignment,method-assign]
    world.work()
    assert world.job(job).waiting
    world.run(10)
    assert world.job(job).status is JobStatus.PROCESSING
