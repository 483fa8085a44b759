"""The schedules made of a model's times: on the best known line of looks and lag, or below it."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkroom.jobs.inference_times import EDGES, ENOUGH, FULL, InferenceTimes, bucket_of
from darkroom.jobs.look_plan import GRID, plan
from darkroom.jobs.looks import LookSchedule, built_in

Draw = Callable[[Random], float]
SPARSE = built_in(callbacks=False)
DENSE = LookSchedule((4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 18), 1.2)
"""The two ends of the best line that was known before (`performance.md`)."""


def lognormal(median: float, sigma: float = 0.45) -> Draw:
    return lambda random: random.lognormvariate(math.log(median), sigma)


def bimodal(random: Random) -> float:
    return lognormal(4, 0.2)(random) if random.random() < 0.7 else lognormal(20, 0.2)(random)


def learned(draw: Draw, tasks: int, seed: int) -> InferenceTimes:
    random = Random(seed)
    return InferenceTimes(Counter(bucket_of(draw(random)) for _ in range(tasks)))


def cost(schedule: LookSchedule, draw: Draw, tasks: int = 4_000) -> tuple[float, float]:
    """Looks a task and lag on average, for looks that are on time."""
    random = Random(0)
    seconds = [draw(random) for _ in range(tasks)]
    offsets = _offsets(schedule, max(seconds))
    ends = [next(n for n, offset in enumerate(offsets) if offset >= took) for took in seconds]
    return statistics.mean(end + 1 for end in ends), statistics.mean(
        offsets[end] - took for end, took in zip(ends, seconds, strict=True)
    )


def mean_cost(draw: Draw, tasks: int) -> tuple[float, float]:
    costs = [cost(plan(learned(draw, tasks, seed), callbacks=False), draw) for seed in range(5)]
    return statistics.mean(looks for looks, _ in costs), statistics.mean(lag for _, lag in costs)


def _offsets(schedule: LookSchedule, until: float) -> Sequence[int]:
    offsets = [0]
    while offsets[-1] < until:
        offsets.append(offsets[-1] + schedule.next_seconds(offsets[-1]))
    return offsets[1:]


@pytest.mark.parametrize("sigma", [0.35, 0.45, 0.5])
@pytest.mark.parametrize("tasks", [FULL // 2, FULL])
def test_at_six_seconds_the_learned_schedule_lies_below_the_best_line_known(sigma: float, tasks: int) -> None:
    draw = lognormal(6, sigma)
    looks, lag = mean_cost(draw, tasks)
    (few, much), (many, little) = cost(SPARSE, draw), cost(DENSE, draw)
    assert few < looks < many
    assert lag < much + (little - much) * (looks - few) / (many - few)


@pytest.mark.parametrize(("median", "most_lag"), [(3, 0.2), (15, 0.13), (40, 0.1)])
def test_models_of_other_speeds_get_schedules_of_their_own(median: float, most_lag: float) -> None:
    looks, lag = mean_cost(lognormal(median), FULL // 2)
    assert looks < 5.5
    assert lag < most_lag * median
    built_in_looks, built_in_lag = cost(SPARSE, lognormal(median))
    assert looks < built_in_looks or lag < built_in_lag / 2
    assert lag < built_in_lag * 1.1


def test_a_model_with_two_speeds_is_looked_at_where_its_tasks_end() -> None:
    offsets = plan(learned(bimodal, FULL, 1), callbacks=False).offsets
    assert not [offset for offset in offsets if 8 < offset < 14]
    looks, lag = mean_cost(bimodal, FULL)
    few, much = cost(SPARSE, bimodal)
    assert looks < few
    assert lag < 0.6 * much


@pytest.mark.parametrize("callbacks", [True, False])
def test_with_too_little_seen_the_built_in_schedule_stands(callbacks: bool) -> None:
    for tasks in (0, 3, ENOUGH - 1):
        seen = learned(lognormal(40), tasks, 1)
        assert plan(seen, callbacks=callbacks) == built_in(callbacks=callbacks)
    assert plan(learned(lognormal(40), ENOUGH, 1), callbacks=callbacks) != built_in(callbacks=callbacks)


@pytest.mark.parametrize("median", [1, 3, 6, 15, 40])
@pytest.mark.parametrize("lost", [0.0, 0.01, 0.05])
def test_with_callbacks_hardly_a_task_is_looked_at_twice(median: float, lost: float) -> None:
    """A callback that comes needs a look of its own, which is none of the net's."""
    polls = []
    for seed in range(5):
        schedule, random = plan(learned(lognormal(median), FULL // 2, seed), callbacks=True), Random(seed)
        offsets = _offsets(schedule, 3_600)
        for _ in range(2_000):
            took = lognormal(median)(random)
            polls.append(sum(offset < took for offset in offsets) + (random.random() < lost))
    assert statistics.mean(polls) <= 0.15


def test_the_net_under_lost_callbacks_is_not_spread_too_late() -> None:
    assert plan(learned(lognormal(0.5), FULL, 1), callbacks=True).offsets == (5,)
    assert plan(learned(lognormal(900), FULL, 1), callbacks=True).offsets == (120,)


SLOW, QUICK = lognormal(15), lognormal(6)


@pytest.mark.parametrize(("before", "after"), [(QUICK, SLOW), (SLOW, QUICK)])
def test_a_model_that_changes_its_speed_is_learned_anew_within_300_jobs(before: Draw, after: Draw) -> None:
    """To a tenth of what the best schedule costs, where a look weighs as a quarter of a second."""
    random, times = Random(1), InferenceTimes()
    for draw, jobs in ((before, 2_000), (after, 300)):
        for _ in range(jobs):
            counts = Counter(times.counts)
            counts[bucket_of(draw(random))] += 1
            times = InferenceTimes(counts, times.generation)
            if times.total >= FULL:
                counts.subtract(times.fading())
                times = InferenceTimes(counts, times.generation + 1)
    best = plan(learned(after, 10_000, 2), callbacks=False)
    assert _weighed(plan(times, callbacks=False), after) < 1.1 * _weighed(best, after)


def _weighed(schedule: LookSchedule, draw: Draw) -> float:
    looks, lag = cost(schedule, draw)
    return lag + looks / 4


def test_the_grid_is_small_and_whole() -> None:
    assert len(GRID) <= 120
    assert all(isinstance(seconds, int) for seconds in GRID)


@settings(max_examples=60)
@given(
    st.dictionaries(st.integers(0, len(EDGES) - 1), st.integers(0, 10**6), max_size=10),
    st.booleans(),
)
def test_any_counts_make_a_schedule_within_floor_and_ceiling(counts: dict[int, int], callbacks: bool) -> None:
    offsets = (0, *plan(InferenceTimes(counts), callbacks=callbacks).offsets)
    gaps = [after - before for before, after in pairwise(offsets)]
    assert gaps
    assert all(1 <= gap <= 120 for gap in gaps)
