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


def take(window: PermitWindow, now: float, limits: PermitLimits) -> tuple[PermitWindow, float]:
    """The window after the start and 0.0, or the same window and the seconds to wait."""
    window = window.without_the_past(now, limits)
    wait = window.wait_seconds(now, limits)
    return (window, wait) if wait > 0 else (window.taken(now, limits, 1), 0.0)


@given(gaps=gaps, rate=rates)
def test_no_sliding_minute_has_more_starts_than_the_limit(gaps: list[float], rate: int) -> None:
    limits = PermitLimits(rate, concurrent_tasks=10_000, slot_seconds=600)
    window, now, recent = PermitWindow(), START, deque[float]()
    for gap in gaps:
        now += gap
        window, wait = take(window, now, limits)
        if wait == 0.0:
            recent.append(now)
        while recent and recent[0] <= now - 60:
            recent.popleft()
        assert len(recent) <= limits.images_per_minute


@given(gaps=gaps, rate=rates, late=st.lists(st.floats(0, 1.2), min_size=150, max_size=150))
def test_nor_has_upstream_where_each_post_comes_up_to_a_second_after_its_permit(
    gaps: list[float], rate: int, late: list[float]
) -> None:
    limits = PermitLimits(rate, concurrent_tasks=10_000, slot_seconds=600)
    window, now, arrivals = PermitWindow(), START, list[float]()
    for gap, lateness in zip(gaps, late, strict=False):
        now += gap
        window, wait = take(window, now, limits)
        arrivals += [now + lateness] if wait == 0.0 else []
    for end in arrivals:
        assert sum(end - 60 < at <= end for at in arrivals) <= rate


def test_a_start_counts_for_its_whole_minute_wherever_in_its_quarter_second_it_was() -> None:
    limits = PermitLimits(1, concurrent_tasks=10, slot_seconds=600)
    window, _ = take(PermitWindow(), START + 0.8, limits)
    assert take(window, START + 0.8 + WINDOW_SECONDS, limits)[1] > 0
    assert take(window, START + 1.0 + WINDOW_SECONDS, limits)[1] == 0.0


@given(gaps=gaps, rate=rates)
def test_whoever_waits_as_told_finds_the_rate_allows_it(gaps: list[float], rate: int) -> None:
    limits = PermitLimits(rate, concurrent_tasks=10_000, slot_seconds=600)
    window, now = PermitWindow(), START
    for gap in gaps:
        now += gap
        window, wait = take(window, now, limits)
    _, again = take(window, now + wait + 0.001, limits)
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
            window = window.give_back(running.popleft(), limits)
        if starts:
            window, wait = take(window, now, limits)
            running += [now] if wait == 0.0 else []
        elif running:
            window = window.give_back(running.popleft(), limits)
        assert sum(window.running.values()) >= len(running)
        assert len(running) <= concurrent


@pytest.mark.parametrize("rate", [1, 10, 1_000])
def test_the_limit_is_used_up_but_for_its_headroom(rate: int) -> None:
    window, granted, minutes = PermitWindow(), 0, 10
    limits = PermitLimits(rate, 10_000, 600)
    for step in range(int(minutes * 60 / 0.98) * 20):
        window, wait = take(window, START + step / 20, limits)
        granted += wait == 0.0
    assert granted == minutes * rate


@given(steps=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 3)), max_size=60))
def test_there_is_room_for_exactly_as_many_as_can_be_taken(steps: list[tuple[float, int]]) -> None:
    limits = PermitLimits(7, 5, 120)
    window, now = PermitWindow(), START
    for gap, wanted in steps:
        now += gap
        room = window.room(now, limits)
        one_by_one, granted = window, 0
        for _ in range(limits.images_per_minute):
            one_by_one, wait = take(one_by_one, now, limits)
            granted += wait == 0.0
        assert granted == room
        window = window.taken(now, limits, min(wanted, room))


def test_a_renewed_permit_takes_no_second_slot_and_no_second_start() -> None:
    limits = PermitLimits(1, 1, 600)
    window = PermitWindow().taken(START, limits, 1)
    renewed = window.renew(START, START + 30, limits)
    assert renewed is not None
    assert (sum(renewed.starts.values()), sum(renewed.running.values())) == (1, 1)
    assert renewed.room(START + 62, limits) == 0


def test_a_permit_from_long_ago_is_renewed_only_where_there_is_one() -> None:
    limits = PermitLimits(1, 5, 800)
    window = PermitWindow().taken(START, limits, 1).taken(START + 100, limits, 1)
    assert window.renew(START, START + 101, limits) is None
    assert window.renew(START, START + 170, limits) is not None


def test_a_permit_renewed_by_two_counts_no_start_too_few() -> None:
    """Both workers of a message that came twice; one of them makes its POST, beside another job's."""
    limits = PermitLimits(10, 10, 600)
    window = PermitWindow().taken(START, limits, 2)  # the other job's in the same quarter of a second
    for now in (START + 10, START + 20):
        renewed = window.renew(START, now, limits)
        assert renewed is not None
        window = renewed
    assert sum(window.starts.values()) == 2
    assert window.room(START + 62, limits) == 8
    assert sum(window.running.values()) == 2


def test_a_renewed_permit_keeps_the_slot_that_its_job_knows_of() -> None:
    limits = PermitLimits(10, 10, 600)
    renewed = PermitWindow().taken(START, limits, 1).renew(START, START + 130, limits)
    assert renewed is not None
    assert renewed.give_back(START, limits).running == {}


@pytest.mark.parametrize("slot_seconds", [30, 600, 1_000, 3_600])
@given(taken_at=st.floats(START, START + 300), later=st.floats(0, 1))
def test_a_renewed_permit_s_slot_is_kept_for_as_long_as_its_task_can_run(
    slot_seconds: int, taken_at: float, later: float
) -> None:
    limits = PermitLimits(10, 1, slot_seconds)
    renewed_at = taken_at + later * slot_seconds
    window = PermitWindow().taken(taken_at, limits, 1).renew(taken_at, renewed_at, limits)
    assert window is not None or later > 0.24
    if window is not None:
        assert window.room(renewed_at + slot_seconds - 0.001, limits) == 0


def test_a_permit_whose_slot_might_not_outlast_a_task_is_not_renewed() -> None:
    limits = PermitLimits(10, 10, 600)
    window = PermitWindow().taken(START, limits, 1)
    assert window.renew(START, START + 149, limits) is not None
    assert window.renew(START, START + 151, limits) is None


FULL = PermitLimits(100, 10, 600)


def narrowed(used: int) -> PermitWindow:
    return PermitWindow().taken(START, FULL, used).narrow(START, START + 1, FULL)


def test_a_429_narrows_the_window_to_less_than_was_in_use() -> None:
    window = narrowed(5)
    assert window.share == pytest.approx(0.4)
    assert window.room(START + 1, FULL) == 0
    assert window.give_back(START, FULL).give_back(START, FULL).room(START + 1, FULL) == 1


def test_a_narrowed_window_widens_again_until_it_is_whole() -> None:
    window = narrowed(5)
    shares = [window.share_at(START + 1 + seconds) for seconds in (0, 60, 90, 180, 900)]
    assert shares == [pytest.approx(share, abs=0.001) for share in (0.4, 0.422, 0.475, 1.0, 1.0)]


def test_many_429s_of_one_moment_narrow_once() -> None:
    assert narrowed(5).narrow(START + 0.5, START + 1.2, FULL) == narrowed(5)


def test_a_429_after_the_last_narrowing_narrows_further_but_never_to_nothing() -> None:
    window = narrowed(5)
    for step in range(2, 60):
        window = window.narrow(START + step, START + step, FULL)
    assert 0.01 <= window.share < 0.02
    assert window.room(START + 700, FULL) > 0


def test_a_slot_lost_in_a_crash_is_free_once_no_task_can_hold_it() -> None:
    limits = PermitLimits(100, 1, slot_seconds=120)
    window, _ = take(PermitWindow(), START, limits)
    assert take(window, START + 149, limits)[1] > 0
    assert take(window, START + 150 + SLOT_BUCKET_SECONDS, limits)[1] == 0.0


@pytest.mark.parametrize(("before", "after"), [(600, 3_600), (3_600, 86_400), (3_600, 600)])
@given(seconds=st.floats(0, 400))
def test_slots_taken_before_the_time_of_a_task_was_changed_are_given_back(
    before: int, after: int, seconds: float
) -> None:
    old, new = (PermitLimits(10, 10, slot_seconds) for slot_seconds in (before, after))
    assert old.slot_bucket_seconds != new.slot_bucket_seconds
    window = PermitWindow().taken(START + seconds, old, 1).taken(START + 450, new, 1)
    assert len(window.running) > 0
    window = window.give_back(START + seconds, new).give_back(START + 450, new)
    assert window.running == {}


def test_a_slot_that_nobody_holds_is_not_given_back() -> None:
    assert PermitWindow().give_back(START, FULL) == PermitWindow()


@pytest.mark.parametrize(("first", "second"), [(30.0, 5.0), (5.0, 30.0)])
def test_the_longest_hold_counts(first: float, second: float) -> None:
    window = PermitWindow().hold(START + first).hold(START + second)
    assert take(window, START, PermitLimits(10, 10, 600))[1] == 30.0


def test_what_is_past_leaves_the_window() -> None:
    limits = PermitLimits(1_000, 1_000, 120)
    window = PermitWindow()
    for step in range(600):
        window, _ = take(window, START + step, limits)
    assert len(window.starts) <= WINDOW_SECONDS + 1
    assert len(window.running) <= limits.kept_seconds / SLOT_BUCKET_SECONDS + 2


@pytest.mark.parametrize("slot_seconds", [30, 600, 1_200, 3_600, 86_400])
def test_however_long_a_slot_can_be_held_there_are_few_counts_to_keep(slot_seconds: int) -> None:
    limits = PermitLimits(5_000, 5_000, slot_seconds)
    window = PermitWindow()
    for step in range(0, 3 * slot_seconds, 30):
        window = window.taken(START + step, limits, 1)
    assert len(window.running) <= 22
