"""When a task is looked at: early enough without callbacks, rarely with them, never in a rush."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.looks import backoff_seconds, next_look_seconds, next_search_seconds


def looks(callbacks: bool, count: int) -> list[float]:
    """The times of the looks since the submit, each made when it was planned."""
    times = [0.0]
    for _ in range(count):
        times.append(times[-1] + next_look_seconds(times[-1], callbacks=callbacks))
    return times[1:]


def test_without_callbacks_the_looks_stand_where_tasks_end() -> None:
    assert looks(False, 9) == pytest.approx([5, 7, 8, 9, 10, 11, 13, 15, 18])


def test_with_callbacks_the_first_look_is_late_and_each_gap_longer() -> None:
    assert looks(True, 3) == pytest.approx([15, 21, 29.4])


@pytest.mark.parametrize("callbacks", [True, False])
def test_a_long_task_is_looked_at_every_two_minutes(callbacks: bool) -> None:
    times = looks(callbacks, 60)
    assert times[-1] - times[-2] == pytest.approx(120)


@given(elapsed=st.floats(0, 7_200), callbacks=st.booleans())
def test_the_next_look_is_neither_at_once_nor_far_off(elapsed: float, callbacks: bool) -> None:
    assert 0.999 <= next_look_seconds(elapsed, callbacks=callbacks) <= 121


@given(elapsed=st.floats(0, 100_000))
def test_a_search_is_ten_seconds_to_two_minutes_off(elapsed: float) -> None:
    assert 10 <= next_search_seconds(elapsed) <= 120


@given(tries=st.integers(0, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_backoff_grows_to_its_ceiling_and_jitter_takes_half_at_most(tries: int, jitter: float) -> None:
    full = min(2.0 * 2 ** min(tries, 20), 60.0)
    assert full / 2 <= backoff_seconds(tries, base=2.0, ceiling=60.0, jitter=jitter) <= full
