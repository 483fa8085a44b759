"""The sliding window of two counters: what it lets through, and the wait that it tells."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.rate_window import WINDOW_SECONDS, RateWindow

MINUTE = 29_333_334 * WINDOW_SECONDS


def take(window: RateWindow, limit: int, now: float) -> tuple[bool, RateWindow]:
    window = window.at(now)
    allowed = window.count < window.allows(limit, now)
    return allowed, replace(window, count=window.count + allowed)


@given(st.integers(1, 30), st.lists(st.integers(0, 20), min_size=1, max_size=200))
def test_no_minute_of_the_clock_has_more_than_the_limit(limit: int, pauses: list[int]) -> None:
    window, now, allowed_at = RateWindow(0), float(MINUTE), []
    for pause in pauses:
        now += pause
        allowed, window = take(window, limit, now)
        allowed_at += [now] if allowed else []
    minutes = [at // WINDOW_SECONDS for at in allowed_at]
    assert all(minutes.count(minute) <= limit for minute in minutes)


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60), st.integers(0, 59))
def test_after_the_wait_that_was_told_one_more_is_allowed(
    limit: int, previous: int, count: int, second: int
) -> None:
    now = float(MINUTE + second)
    window = RateWindow(MINUTE // WINDOW_SECONDS, min(count, limit), min(previous, limit))
    allowed, after = take(window, limit, now)
    told = after.taken(allowed, limit, now)
    assert 1 <= told.reset_seconds <= 2 * WINDOW_SECONDS
    if told.remaining == 0:
        assert take(after, limit, now + told.reset_seconds)[0]
        if told.reset_seconds > 1:
            assert not take(after, limit, now + told.reset_seconds - 1)[0]


def test_a_full_minute_weighs_on_the_next_for_as_much_of_it_as_still_overlaps() -> None:
    window = RateWindow(MINUTE // WINDOW_SECONDS - 1, count=60).at(MINUTE)
    assert [window.allows(60, MINUTE + second) for second in (0, 15, 30, 45)] == [0, 15, 30, 45]
