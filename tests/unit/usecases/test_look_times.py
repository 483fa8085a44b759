"""Looks learned from the tasks that have ended: what counts as a task's time, when it is written, what is
done where the store can't be reached, and the looks of a stack that has learned."""

import random
from dataclasses import replace

import pytest

from darkroom.jobs.inference_times import FULL, InferenceTimes, bucket_of
from darkroom.jobs.job import Attempt, Job, JobStatus
from darkroom.jobs.looks import built_in
from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.pictures.errors import OutputRetryError
from darkroom.usecases.look_times import (
    COLLECT_SECONDS,
    COLLECT_TASKS,
    FRESH_SECONDS,
    MOST_COLLECTED,
    LookTimes,
)
from memory.clock import FakeClock
from memory.inference_times import MemoryInferenceTimes
from memory.jobs import a_job
from memory.telemetry import MemoryTelemetry
from memory.world import OUTPUT_URL, World

MODEL = "bytedance/dreamina-v3.1/text-to-image"
SLOW = InferenceTimes({bucket_of(40): 100, bucket_of(48): 100})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_000.0)


@pytest.fixture
def table() -> MemoryInferenceTimes:
    return MemoryInferenceTimes()


@pytest.fixture
def look_times(table: MemoryInferenceTimes, clock: FakeClock) -> LookTimes:
    return LookTimes(table, MemoryTelemetry(), random.Random(1), clock, callbacks=False)


def a_task(started_at: float, submitted_at: float | None = None) -> Job:
    attempt = Attempt("att_1", started_at, 42, started_at)
    job = a_job(model=MODEL).submitting(attempt)
    return job.processing("pred-1", started_at if submitted_at is None else submitted_at)


def end(look_times: LookTimes, tasks: int, inference_ms: int = 6_000) -> None:
    for _ in range(tasks):
        look_times.ended(a_task(0.0), inference_ms, 1_000.0, called_back=False)


def only_bucket(table: MemoryInferenceTimes, look_times: LookTimes, clock: FakeClock) -> int:
    """Of the one task that was seen."""
    clock.advance(COLLECT_SECONDS)
    look_times.ended(a_task(0.0), 3_000_000, 4_000.0, called_back=False)
    counts = dict(table.models[MODEL].counts)
    counts.pop(bucket_of(3_000))
    [(bucket, count)] = counts.items()
    assert count == 1
    return bucket


@pytest.mark.parametrize(
    ("inference_ms", "seen_at", "called_back", "seconds"),
    [
        (6_000, 1_012.0, False, 6.0),  # upstream's own figure, whenever it was looked at
        (6_000, 1_008.0, True, 6.0),
        (10**9, 1_012.0, False, 12.0),  # never more than has passed
        (6_000, 990.0, False, 0.0),  # a clock that is behind
        (None, 1_008.0, True, 8.0),  # a callback comes at once
        (0, 1_008.0, True, 8.0),  # no task takes no time: there is no figure
        (-5, 1_008.0, True, 8.0),
    ],
)
def test_a_task_s_time(
    look_times: LookTimes,
    table: MemoryInferenceTimes,
    clock: FakeClock,
    inference_ms: int | None,
    seen_at: float,
    called_back: bool,
    seconds: float,
) -> None:
    look_times.ended(a_task(1_000.0), inference_ms, seen_at, called_back=called_back)
    assert only_bucket(table, look_times, clock) == bucket_of(seconds)


def test_without_a_figure_and_a_callback_it_lies_between_the_last_two_looks(
    look_times: LookTimes, table: MemoryInferenceTimes, clock: FakeClock
) -> None:
    look_times.ended(a_task(1_000.0, 1_000.5), None, 1_013.7, called_back=False)
    assert bucket_of(11) <= only_bucket(table, look_times, clock) <= bucket_of(13.7)


def test_the_looks_own_times_are_not_learned_for_the_tasks(clock: FakeClock) -> None:
    """Tasks of 6 s are seen at 7 s at the earliest: who learned what it sees would go later and later."""
    table = MemoryInferenceTimes()
    look_times = LookTimes(table, MemoryTelemetry(), random.Random(1), clock, callbacks=False)
    draws = random.Random(2)
    for _ in range(2_000):
        took, elapsed = draws.lognormvariate(1.79, 0.4), 0.0
        while elapsed < took:
            elapsed += look_times.schedule(MODEL).next_seconds(elapsed)
        look_times.ended(a_task(clock.now - elapsed), None, clock.now, called_back=False)
        clock.advance(1)
    learned = table.models[MODEL].distribution()
    assert learned.quantile(0.5) == pytest.approx(6, abs=0.6)
    assert learned.quantile(0.9) == pytest.approx(10, abs=1.2)


def test_there_is_no_write_for_each_job(look_times: LookTimes, table: MemoryInferenceTimes) -> None:
    end(look_times, COLLECT_TASKS - 1)
    assert table.writes == 0
    end(look_times, 10 * COLLECT_TASKS + 1)
    assert table.writes == 11
    assert table.models[MODEL].total == 11 * COLLECT_TASKS


def test_few_tasks_are_written_after_a_while(
    look_times: LookTimes, table: MemoryInferenceTimes, clock: FakeClock
) -> None:
    end(look_times, 2)
    clock.advance(COLLECT_SECONDS)
    end(look_times, 1)
    assert (table.writes, table.models[MODEL].total) == (1, 3)


def test_what_can_t_be_written_is_kept_for_a_later_time_and_not_without_bounds(
    look_times: LookTimes, table: MemoryInferenceTimes, clock: FakeClock
) -> None:
    table.is_down = True
    end(look_times, 30)
    assert table.writes == 1  # it isn't tried again with every job
    end(look_times, 2 * MOST_COLLECTED)
    clock.advance(COLLECT_SECONDS)
    table.is_down = False
    end(look_times, 1)
    assert table.models[MODEL].total == MOST_COLLECTED


def test_the_counts_are_halved_when_they_are_full(look_times: LookTimes, table: MemoryInferenceTimes) -> None:
    end(look_times, FULL + COLLECT_TASKS)
    times = table.models[MODEL]
    assert times.generation == 1
    assert FULL / 2 <= times.total < FULL


def test_the_store_is_read_once_a_minute(
    look_times: LookTimes, table: MemoryInferenceTimes, clock: FakeClock
) -> None:
    for _ in range(3):
        assert look_times.schedule(MODEL) == built_in(callbacks=False)
    table.models[MODEL] = SLOW
    assert table.reads == 1
    clock.advance(FRESH_SECONDS)
    assert look_times.schedule(MODEL).offsets[0] > 30
    assert table.reads == 2


def test_what_others_have_counted_is_learned_with_a_write_of_one_s_own(
    look_times: LookTimes, table: MemoryInferenceTimes
) -> None:
    look_times.schedule(MODEL)
    table.models[MODEL] = SLOW
    end(look_times, COLLECT_TASKS, inference_ms=40_000)
    assert look_times.schedule(MODEL).offsets[0] > 30
    assert table.reads == 1


def test_while_the_store_can_t_be_read_the_last_schedule_goes_on(
    look_times: LookTimes, table: MemoryInferenceTimes, clock: FakeClock
) -> None:
    table.is_down = True
    assert look_times.schedule(MODEL) == built_in(callbacks=False)
    table.is_down, table.models[MODEL] = False, SLOW
    clock.advance(FRESH_SECONDS)
    learned = look_times.schedule(MODEL)
    table.is_down = True
    clock.advance(FRESH_SECONDS)
    assert look_times.schedule(MODEL) is learned


def test_the_log_tells_of_a_plan_that_is_quite_another_and_of_no_other(
    table: MemoryInferenceTimes, clock: FakeClock
) -> None:
    telemetry = MemoryTelemetry()
    look_times = LookTimes(table, telemetry, random.Random(1), clock, callbacks=False)
    for count in (100, 101, 102):
        table.models[MODEL] = InferenceTimes({bucket_of(40): count})
        look_times.schedule(MODEL)
        clock.advance(FRESH_SECONDS)
    [(message, fields)] = telemetry.events
    assert (message, fields["model"]) == ("looks_planned", MODEL)


def run_one(world: World, seconds: float) -> tuple[list[float], float]:
    """The times of a task's looks and of its end in our records, both since the submit."""
    before = len(world.upstream.looks)
    job, started = world.accept(), world.clock.now
    looks: list[float] = []
    prediction = f"pred-{len(world.upstream.submits) + 1}"
    while not world.job(job).status.terminal:
        world.run(0.5)
        if world.clock.now - started >= seconds and prediction in world.upstream.predictions:
            world.upstream.finish(prediction, OUTPUT_URL)
        looks += [world.clock.now - started] * (len(world.upstream.looks) - before - len(looks))
    return looks, world.clock.now - started


def test_a_slow_model_is_soon_looked_at_when_its_tasks_end() -> None:
    world = World(callbacks=False)
    looks, _ = run_one(world, 40)
    assert looks[0] == 5
    for _ in range(60):
        run_one(world, 40)
    world.run(FRESH_SECONDS)
    looks, ended = run_one(world, 40)
    assert looks[0] >= 36
    assert ended <= 46


def test_with_callbacks_the_first_look_of_a_slow_model_waits_for_them() -> None:
    world = World()
    world.inference_times.models[MODEL] = SLOW
    job = world.accept()
    world.work()
    [look] = [sent for sent in world.queue.waiting if sent.message.job_id == job.id]
    assert 48 <= look.delay_seconds <= 60


def test_a_task_whose_picture_came_at_a_second_try_is_not_taken_for_a_longer_one() -> None:
    world = World(callbacks=False)
    world.pictures.pictures[OUTPUT_URL] = OutputRetryError("reset")
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.upstream.predictions["pred-1"] = replace(world.upstream.predictions["pred-1"], inference_ms=None)
    world.run(6)
    world.pictures.pictures[OUTPUT_URL] = b"a picture"
    world.run(30)
    assert world.job(job).status is JobStatus.COMPLETED
    world.clock.advance(COLLECT_SECONDS)
    run_one(world, 6)
    assert world.inference_times.models == {}


def test_a_job_ends_although_the_store_of_times_is_down() -> None:
    world = World(callbacks=False)
    world.inference_times.is_down = True
    for _ in range(COLLECT_TASKS + 2):
        looks, _ = run_one(world, 6)
    assert looks[0] == 5


def test_a_look_that_is_due_after_more_than_sqs_can_delay_still_comes() -> None:
    """Upstream asks for 2,000 s of rest; SQS cuts the delay to 900, and who is early asks again."""
    world = World(callbacks=False, upstream_timeout_seconds=86_400)
    job = world.accept(deadline_seconds=86_400)
    world.work()
    world.upstream.unavailable = UpstreamUnavailableError("429", retry_after_seconds=2_000)
    world.run(10)
    [sent] = [sent for sent in world.queue.waiting if sent.message.job_id == job.id]
    assert sent.delay_seconds == 2_000
    assert sent.deliver_at - sent.sent_at == 900
    world.run(890)
    assert len(world.upstream.looks) == 1
    world.upstream.unavailable = None
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(20)
    assert world.job(job).status.terminal


def test_a_task_of_hours_is_looked_at_to_its_end() -> None:
    world = World(callbacks=False, upstream_timeout_seconds=86_400)
    world.inference_times.models[MODEL] = InferenceTimes({bucket_of(3_600): 200})
    job = world.accept(deadline_seconds=86_400)
    world.run(7_000)
    assert not world.job(job).status.terminal
    assert len(world.upstream.looks) >= 7_000 / 120 - 1
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(121)
    assert world.job(job).status.terminal
