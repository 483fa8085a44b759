"""Counts of a model's times: what they say of its tasks, and how what is old fades."""

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.inference_times import EDGES, FULL, Distribution, InferenceTimes, bucket_of

counts = st.dictionaries(st.integers(0, len(EDGES) - 1), st.integers(0, 500), max_size=12)


def counted(*seconds: float) -> InferenceTimes:
    return InferenceTimes(Counter(map(bucket_of, seconds)))


@given(st.floats(0, 1e12))
def test_every_time_has_a_bucket_that_reaches_to_it(seconds: float) -> None:
    bucket = bucket_of(seconds)
    assert seconds <= EDGES[bucket] or bucket == len(EDGES) - 1
    assert bucket == 0 or seconds > EDGES[bucket - 1]


def test_the_buckets_are_few_and_reach_an_hour() -> None:
    assert len(EDGES) < 50
    assert EDGES[-1] >= 3_600


@given(counts, st.floats(0, 5_000), st.floats(0, 5_000))
def test_the_share_that_has_ended_grows_with_time_from_none_to_all(
    seen: dict[int, int], one: float, other: float
) -> None:
    times = InferenceTimes(seen).distribution()
    earlier, later = sorted((one, other))
    assert 0 <= times.ended_within(earlier) <= times.ended_within(later) <= 1
    assert times.ended_within(0) == 0
    assert times.ended_within(EDGES[-1]) == 1


@given(counts, st.floats(0.01, 0.99))
def test_a_quantile_is_when_that_share_has_ended(seen: dict[int, int], share: float) -> None:
    times = InferenceTimes(seen).distribution()
    assert times.ended_within(times.quantile(share)) == pytest.approx(share, abs=1e-6)


def test_of_a_model_that_nothing_is_known_of_the_usual_times_are_taken() -> None:
    assert InferenceTimes().distribution().quantile(0.5) == pytest.approx(6, rel=0.05)


def test_three_tasks_do_not_make_the_whole_picture_and_a_hundred_do() -> None:
    few, many = counted(*[40.0] * 3).distribution(), counted(*[40.0] * 100).distribution()
    assert few.quantile(0.5) < 10
    assert few.ended_within(30) < InferenceTimes().distribution().ended_within(30)
    assert many.ended_within(30) == 0
    assert many.ended_within(48) == 1


@given(st.floats(1.1, 2_000), st.floats(0.1, 0.8))
def test_the_quantiles_of_a_hundred_tasks_are_theirs(median: float, sigma: float) -> None:
    random = Random(1)
    seen = sorted(random.lognormvariate(math.log(median), sigma) for _ in range(200))
    times = counted(*seen).distribution()
    for share in (0.1, 0.5, 0.9):
        assert bucket_of(times.quantile(share)) - bucket_of(seen[round(share * 200) - 1]) in (-1, 0, 1)


@given(counts, st.integers(0, 1))
def test_fading_halves_and_never_takes_more_than_there_is(seen: dict[int, int], generation: int) -> None:
    for bucket, taken in InferenceTimes(seen, generation).fading().items():
        assert seen[bucket] / 2 - 1 < taken <= (seen[bucket] + 1) / 2
        assert taken <= seen[bucket]


def test_a_single_old_task_is_gone_after_two_halvings() -> None:
    times = InferenceTimes({3: 1})
    for _ in range(2):
        left = Counter(times.counts)
        left.subtract(times.fading())
        times = InferenceTimes(left, times.generation + 1)
    assert times.total == 0


def test_a_task_known_to_lie_between_two_looks_is_drawn_there_as_likely_as_it_is() -> None:
    times = Distribution(tuple(InferenceTimes({8: 90, 12: 10}).distribution().cumulative))
    random = Random(1)
    drawn = Counter(times.drawn_between(EDGES[6], EDGES[13], random) for _ in range(1_000))
    assert set(drawn) <= set(range(7, 14))
    assert drawn[8] == pytest.approx(900, rel=0.05)
    assert {times.drawn_between(EDGES[20] + 1, EDGES[22], random) for _ in range(20)} == {22}


@given(counts, st.floats(-10, 5_000), st.floats(0, 5_000))
def test_whatever_is_drawn_lies_between_the_looks(seen: dict[int, int], low: float, high: float) -> None:
    low, high = sorted((low, high))
    drawn = InferenceTimes(seen).distribution().drawn_between(low, high, Random(1))
    assert bucket_of(low) <= drawn <= bucket_of(high)


def test_full_is_far_more_than_what_is_enough_to_plan_by() -> None:
    assert FULL / 2 >= 100
