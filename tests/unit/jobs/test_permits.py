"""The permit window: whatever the order of takes, ends and losses, upstream's limits hold."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.permits import SLOT_BUCKET_SECONDS, WINDOW_SECONDS, PermitLimits, PermitWindow

START = 1_760_000_000.0

around_the_window = st.sampled_from([0.0, 0.3, 0.9, 59.2, 59.9, 60.0, 60.1])
gaps = st.lists(st.one_of(around_the_window, st.floats(0, 3), st.floats(0, 120)), min_size=1, max_size=150)
rates = st.integers(1, 40)


@given(gaps=gaps, rate=rates)
def test_no_sliding_minute_has_more_starts_than_the_limit(gaps: list[float], rate: int) -> None:
    limits = PermitLimits(rate, concurrent_tasks=10_000, slot_seconds=600)
    window, now, recent = PermitWindow(), START, deque[float]()
    for gap in gaps:
        now += gap
        window, wait = window.take(now, limits)
        if wait == 0.0:
            recent.append(now)
        while recent and recent[0] <= now - WINDOW_SECONDS:
            recent.popleft()
        assert len(recent) <= limits.starts_per_window


def test_a_start_counts_for_its_whole_minute_wherever_in_its_second_it_was() -> None:
    limits = PermitLimits(1, concurrent_tasks=10, slot_seconds=600)
    window, _ = PermitWindow().take(START + 0.9, limits)
    assert window.take(START + 60.8, limits)[1] > 0
    assert window.take(START + 61.0, limits)[1] == 0.0


@given(gaps=gaps, rate=rates)
def test_whoever_waits_as_told_finds_the_rate_allows_it(gaps: list[float], rate: int) -> None:
    limits = PermitLimits(rate, concurrent_tasks=10_000, slot_seconds=600)
    window, now = PermitWindow(), START
    for gap in gaps:
        now += gap
        window, wait = window.take(now, limits)
    _, again = window.take(now + wait + 0.001, limits)
    assert 0 <= wait <= WINDOW_SECONDS + 1
    assert wait == 0.0 or again == 0.0


@given(steps=st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=120), concurrent=st.integers(1, 8))
def test_no_more_tasks_run_than_are_allowed_while_each_ends_in_its_time(
    steps: list[tuple[float, bool]], concurrent: int
) -> None:
    limits = PermitLimits(10_000, concurrent, slot_seconds=300)
    window, now, running = PermitWindow(), START, deque[float]()
    for gap, starts in steps:
        now += gap
        while running and running[0] <= now - limits.slot_seconds:
            window = window.give_back(running.popleft())
        if starts:
            window, wait = window.take(now, limits)
            running += [now] if wait == 0.0 else []
        elif running:
            window = window.give_back(running.popleft())
        assert sum(window.running.values()) >= len(running)
        assert len(running) <= concurrent


def test_the_limit_is_used_up_but_for_its_headroom() -> None:
    window, granted = PermitWindow(), 0
    limits = PermitLimits(1_000, 10_000, 600)
    for step in range(2_000):
        window, wait = window.take(START + step * 0.01, limits)
        granted += wait == 0.0
    assert granted == 980


def test_a_limit_of_one_image_a_minute_still_allows_one() -> None:
    assert PermitLimits(1, 1, 60).starts_per_window == 1


def test_a_slot_lost_in_a_crash_is_free_once_no_task_can_hold_it() -> None:
    limits = PermitLimits(100, 1, slot_seconds=120)
    window, _ = PermitWindow().take(START, limits)
    assert window.take(START + 119, limits)[1] > 0
    assert window.take(START + 120 + SLOT_BUCKET_SECONDS, limits)[1] == 0.0


def test_a_slot_that_nobody_holds_is_not_given_back() -> None:
    assert PermitWindow().give_back(START) == PermitWindow()


@pytest.mark.parametrize(("first", "second"), [(30.0, 5.0), (5.0, 30.0)])
def test_the_longest_hold_counts(first: float, second: float) -> None:
    window = PermitWindow().hold(START + first).hold(START + second)
    assert window.take(START, PermitLimits(10, 10, 600))[1] == 30.0


def test_what_is_past_leaves_the_window() -> None:
    limits = PermitLimits(1_000, 1_000, 120)
    window = PermitWindow()
    for step in range(600):
        window, _ = window.take(START + step, limits)
    assert len(window.starts) <= WINDOW_SECONDS + 1
    assert len(window.running) <= 120 / SLOT_BUCKET_SECONDS + 1
