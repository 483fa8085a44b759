"""The bench of lag and polls: its simulations see what they should, and its rows tell good from bad."""

import statistics
from collections.abc import Mapping

import pytest

from benchmarks.goals import Figure
from benchmarks.lag import (
    AIGATEWAY,
    BUILT_IN,
    DENSE_ONE,
    OFF,
    ON,
    WAVESPEED,
    WAVESPEED_2,
    OwnTime,
    line_at,
    rows,
    waits,
)
from benchmarks.lag_clients import aigateway_client, wavespeed_client
from benchmarks.lag_darkroom import LagWorld
from benchmarks.lag_tasks import Waited, drawn, lognormal
from darkroom.jobs.looks import LookSchedule

SECONDS = drawn(lognormal(6), 60, 1)


def waited(polls: float, lag: float, jobs: int = 100) -> Waited:
    many = round((polls % 1) * jobs)
    counts = [int(polls) + 1] * many + [int(polls)] * (jobs - many)
    return Waited([lag] * jobs, counts)


def met(**changed: Waited | OwnTime) -> Mapping[str, bool | None]:
    good: dict[str, Waited] = {
        ON: waited(0.15, 0.3),
        OFF: waited(3, 0.8),
        BUILT_IN: waited(2.5, 1.0),
        DENSE_ONE: waited(3.5, 0.6),
        **{name: waited(7, 0.6) for name in (WAVESPEED, WAVESPEED_2, AIGATEWAY)},
    }
    own = changed.pop("own", OwnTime(49.0, 90.0, 20.0))
    assert isinstance(own, OwnTime)
    names = {"on": ON, "off": OFF}
    good |= {names[name]: value for name, value in changed.items() if isinstance(value, Waited)}
    return {row.figure: row.met for row in rows(good, own)}


def test_good_measurements_meet_all_three_goals() -> None:
    assert met() == {Figure.LAG_CALLBACKS: True, Figure.LAG_POLLING: True, Figure.POLLS: True}


def test_each_goal_can_be_missed_by_itself() -> None:
    assert not met(own=OwnTime(51.0, 90.0, 20.0))[Figure.LAG_CALLBACKS]
    assert not met(off=waited(3, 0.81))[Figure.LAG_POLLING]
    assert not met(on=waited(0.16, 0.3))[Figure.POLLS]


def test_the_line_joins_both_schedules_and_gives_nothing_beyond_them() -> None:
    sparse, dense = waited(2, 1.0), waited(4, 0.5)
    assert [line_at(sparse, dense, polls) for polls in (1, 2, 3, 4, 9)] == pytest.approx(
        [1.0, 1.0, 0.75, 0.5, 0.5]
    )


def test_the_wavespeed_client_asks_each_second_and_is_late_by_half_of_one() -> None:
    seen = wavespeed_client(SECONDS)
    assert seen.polls_a_job == pytest.approx(statistics.mean(SECONDS) / 1.13 + 1, rel=0.15)
    assert 0.3 < seen.lag_at(0.5) < 0.9
    assert max(seen.lag) < 1.5
    assert wavespeed_client(SECONDS, 2.0).polls_a_job < 0.7 * seen.polls_a_job


def test_aigateways_wait_asks_ever_more_rarely() -> None:
    seen = aigateway_client(SECONDS)
    assert seen.polls_a_job < 5
    assert seen.lag_at(0.95) > 3


def test_the_same_tasks_wait_for_each() -> None:
    seen = waits(lognormal(6), 20)
    assert {len(one.lag) for one in seen.values()} == {20}
    assert min(min(one.lag) for one in seen.values()) > 0


def test_a_schedule_is_seen_in_the_polls_it_makes() -> None:
    often, rarely = (
        LagWorld(callbacks=False, schedule=LookSchedule(offsets, 1.2)).run(SECONDS)
        for offsets in (tuple(range(1, 31)), (30,))
    )
    assert often.polls_a_job > 4
    assert rarely.polls_a_job == 1
    assert often.lag_at(0.5) < 1
    assert rarely.lag_at(0.5) > 20


@pytest.mark.parametrize(("lost", "polls"), [(0.0, 0.0), (1.0, 1.0)])
def test_with_callbacks_only_looks_that_none_asked_for_are_polls(lost: float, polls: float) -> None:
    schedule = LookSchedule((60,), 1.4)
    seen = LagWorld(callbacks=True, schedule=schedule, lost=lost).run(SECONDS)
    assert seen.polls_a_job == polls
    assert (seen.lag_at(0.5) < 1) == (lost == 0)


def test_looks_that_are_learned_need_fewer_polls_for_slow_tasks() -> None:
    slow = drawn(lognormal(40), 120, 1)
    seen = LagWorld(callbacks=False).run(slow)
    assert statistics.mean(seen.polls[-20:]) < 0.7 * statistics.mean(seen.polls[:20])
