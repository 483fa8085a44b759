"""When a task is looked at: early enough without callbacks, rarely with them, never in a rush."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.looks import LookSchedule, backoff_seconds, built_in, next_search_seconds

schedules = st.builds(
    LookSchedule,
    st.lists(st.integers(1, 120), min_size=1, max_size=40).map(lambda gaps: running_sums(gaps)),
    st.sampled_from([1.2, 1.4]),
)


def running_sums(gaps: list[int]) -> tuple[int, ...]:
    return tuple(sum(gaps[: end + 1]) for end in range(len(gaps)))


def looks(schedule: LookSchedule, count: int, late: float = 0.0) -> list[float]:
    """The times of the looks since the submit, each made so much later than it was planned."""
    times = [0.0]
    for _ in range(count):
        times.append(times[-1] + schedule.next_seconds(times[-1]) + late)
    return times[1:]


def test_without_callbacks_the_looks_stand_where_tasks_end() -> None:
    assert looks(built_in(callbacks=False), 9) == [5, 7, 8, 9, 10, 11, 13, 15, 18]


def test_with_callbacks_the_first_look_is_late_and_each_gap_longer() -> None:
    assert looks(built_in(callbacks=True), 3) == [15, 21, 29]


@pytest.mark.parametrize("callbacks", [True, False])
def test_a_long_task_is_looked_at_every_two_minutes(callbacks: bool) -> None:
    times = looks(built_in(callbacks=callbacks), 60)
    assert times[-1] - times[-2] == 120


def test_looks_that_come_late_stay_within_half_a_second_of_the_plan() -> None:
    """A queue and a read take their time: a second's gap must not become two."""
    schedule = LookSchedule(tuple(range(5, 41)), 1.2)
    times = looks(schedule, 25, late=0.2)
    assert all(min(abs(time - offset) for offset in schedule.offsets) <= 0.5 + 1e-9 for time in times)
    assert times[-1] < 40


@given(schedule=schedules, elapsed=st.floats(0, 100_000))
def test_the_next_look_is_whole_seconds_off_and_neither_at_once_nor_far(
    schedule: LookSchedule, elapsed: float
) -> None:
    seconds = schedule.next_seconds(elapsed)
    assert isinstance(seconds, int)
    assert 1 <= seconds <= 121


def test_a_submit_that_lies_ahead_of_the_clock_is_one_of_now() -> None:
    assert built_in(callbacks=False).next_seconds(-3.0) == 5


@given(schedule=schedules, late=st.floats(0, 0.4), made=st.integers(1, 30))
def test_the_look_before_is_the_one_that_was_planned_before(
    schedule: LookSchedule, late: float, made: int
) -> None:
    planned = looks(schedule, made)
    assert schedule.before(planned[-1] + late) == (planned[-2] if made > 1 else 0)


@given(elapsed=st.floats(0, 100_000))
def test_a_search_is_ten_seconds_to_two_minutes_off(elapsed: float) -> None:
    assert 10 <= next_search_seconds(elapsed) <= 120


@given(tries=st.integers(0, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_backoff_grows_to_its_ceiling_and_jitter_takes_half_at_most(tries: int, jitter: float) -> None:
    full = min(2.0 * 2 ** min(tries, 20), 60.0)
    assert full / 2 <= backoff_seconds(tries, base=2.0, ceiling=60.0, jitter=jitter) <= full
