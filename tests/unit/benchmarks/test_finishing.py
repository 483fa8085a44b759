"""What the bench of finishing says of its measurements, and that it tells good ones from bad."""

from collections.abc import Sequence

import pytest

from benchmarks.finishing.measuring import WAITS, check_finished, rows
from benchmarks.finishing.stand_ins import SPREAD, wait_seconds
from benchmarks.goals import Figure

FLAT = [20.0] * 20


def met(
    ours_ms: float = 11.9, ours_seconds: float = 0.5, growth: Sequence[float] = FLAT
) -> dict[str, bool | None]:
    cpu = {"ours": ours_ms, "naive": 20.0, "floor": 6.0}
    made = rows(cpu, (ours_seconds, 4.1, 0.4), {"ours": growth, "naive": [120.0] * 20})
    return {row.figure: row.met for row in made}


def test_good_measurements_meet_all_three_goals() -> None:
    assert met() == {Figure.FINISHING: True, Figure.BATCH: True, Figure.MEMORY: True}


def test_each_goal_can_be_missed_by_itself() -> None:
    assert not met(ours_ms=12.1)[Figure.FINISHING]
    assert not met(ours_seconds=0.51)[Figure.BATCH]
    assert not met(growth=[*FLAT[:-1], 41.0])[Figure.MEMORY]


def test_memory_that_grows_slowly_is_not_flat() -> None:
    assert not met(growth=[float(batch) for batch in range(20)])[Figure.MEMORY]


def test_a_job_that_was_not_finished_stops_the_bench() -> None:
    check_finished({"put": 30, "webhook": 20}, 10)
    with pytest.raises(RuntimeError, match="not every job"):
        check_finished({"put": 30, "webhook": 19}, 10)


def test_waits_differ_from_job_to_job_and_are_the_same_each_time() -> None:
    waits = [wait_seconds(WAITS, "picture", number) for number in range(20)]
    assert waits == [wait_seconds(WAITS, "picture", number) for number in range(20)]
    assert len(set(waits)) == 20
    middle = WAITS["picture"]
    assert all((1 - SPREAD) * middle <= wait <= (1 + SPREAD) * middle for wait in waits)
    assert wait_seconds({}, "picture", 1) == 0
