"""The arithmetic of the comparison: it can say that a way is slow, wasteful or loses pictures."""

from collections import Counter

import pytest

from benchmarks.side_by_side.figures import (
    Cost,
    Latency,
    Outcome,
    Survival,
    added_latency,
    cost,
    survival,
)
from benchmarks.side_by_side.generations import Told, told
from benchmarks.side_by_side.processes import Ledger, ProcessId, Reading, Usage, descendants
from benchmarks.side_by_side.table import (
    COLUMNS,
    COUNTS,
    KILLED,
    Comparison,
    markdown,
    measured,
    notes,
)


def an_outcome(
    seconds: dict[int, float],
    charges: dict[int, int],
    generations: int | None = None,
    asks: dict[int, int] | None = None,
    waited: dict[int, float] | None = None,
    **more: Usage,
) -> Outcome:
    return Outcome(
        generations=len(seconds) if generations is None else generations,
        delivered=frozenset(seconds),
        told=Told(seconds, Counter(asks or {}), Counter(), 2.0, 50, waited or {}),
        inference_seconds=dict.fromkeys(charges, 6.0),
        charges=charges,
        wall_seconds=10.0,
        **more,
    )


def test_added_latency_leaves_out_what_upstream_worked() -> None:
    seconds = {number: 6.0 + number / 100 for number in range(101)}
    latency = added_latency([an_outcome(seconds, dict.fromkeys(seconds, 1))])
    assert latency.p50 == pytest.approx(0.50)
    assert latency.p95 == pytest.approx(0.95)


@pytest.mark.parametrize("charges", [{0: 2, 1: 1}, {0: 1, 1: 1, 2: 1}])
def test_a_run_that_pays_twice_or_delivers_too_little_has_no_latency(charges: dict[int, int]) -> None:
    outcome = an_outcome({0: 7.0, 1: 7.0}, charges, generations=len(charges))
    with pytest.raises(ValueError, match="pay for it once"):
        added_latency([outcome])


def test_cost_is_a_picture_s_share_and_the_highest_peak() -> None:
    runs = [
        an_outcome(
            {0: 7.0, 1: 7.0}, {0: 1, 1: 1}, between=Usage(1.0, 100, 1), functions=Usage(3.0, 70, 4, 2)
        ),
        an_outcome({0: 7.0, 1: 7.0}, {0: 1, 1: 1}, between=Usage(2.0, 80, 1), functions=Usage(1.0, 90, 9, 3)),
    ]
    assert cost(runs) == Cost(
        program_cpu=1.0,
        program_bytes=50,
        between_cpu=0.75,
        between_bytes=100,
        functions_cpu=1.0,
        functions_bytes=90,
        functions_processes=9,
        functions_started=5,
    )


def test_a_kill_shows_what_was_paid_twice_lost_and_wasted() -> None:
    outcome = an_outcome(
        {0: 7.0, 1: 7.0, 2: 7.0},
        {0: 1, 1: 2, 3: 1},
        generations=4,
        asks={0: 1, 1: 2, 2: 1, 3: 3},
        waited={0: 7.0, 1: 130.0, 2: 7.0},
    )
    survived = survival(outcome)
    assert survived.paid == 4
    assert survived.delivered == 3
    assert survived.lost == 1
    assert survived.paid_twice == 1
    assert survived.wasted == 2  # the second of 1, and 3's
    assert survived.repeated == 2
    assert (survived.late, survived.slowest_seconds) == (1, 130.0)


def test_a_journal_adds_up_over_a_restart() -> None:
    summed = told(
        [
            {"event": "asked", "number": 1, "at": 900.0},
            {"event": "failed", "number": 1, "error": "APIConnectionError"},
            {"event": "asked", "number": 1, "at": 991.5},
            {"event": "delivered", "number": 1, "seconds": 8.5, "at": 1000.0},
            {"event": "ended", "cpu_seconds": 1.5, "peak_bytes": 10},
        ]
    )
    assert summed.seconds == {1: 8.5}
    assert summed.asks == {1: 2}
    assert summed.errors == {"APIConnectionError": 1}
    assert (summed.cpu_seconds, summed.peak_bytes, summed.waited) == (1.5, 10, {1: 100.0})


def test_a_process_that_has_ended_keeps_its_cpu_time_and_a_new_one_brings_its_own() -> None:
    old, new, same_number = ProcessId(7, 1), ProcessId(8, 2), ProcessId(7, 3)
    ledger = Ledger({old: Reading(5.0, 100)})
    ledger.add({old: Reading(6.0, 100), new: Reading(0.5, 300)})
    ledger.add({new: Reading(1.0, 200), same_number: Reading(0.25, 10)})
    assert ledger.usage() == Usage(cpu_seconds=2.25, peak_bytes=400, peak_processes=2, started=2)


def test_descendants_are_children_of_children_too() -> None:
    assert descendants(1, {2: 1, 3: 2, 4: 9, 1: 0}) == {2, 3}


def a_comparison(paid: int = 220) -> Comparison:
    survived = Survival(200, paid, 200, 0, paid - 200, paid - 200, 20, 1, 72.4)
    return Comparison(
        latency={name: Latency(0.012, 1.25) for name in (*COLUMNS, "direct")},
        cost={
            name: Cost(0.02, 80_000_000, 0.015, 300_000_000, 0.04, 900_000_000, 12, 3)
            for name in (*COLUMNS, "direct")
        },
        killed=dict.fromkeys(KILLED, survived),
    )


def test_the_table_has_a_cell_for_each_way() -> None:
    (head, rule, *rows), _ = (table.splitlines() for table in markdown(a_comparison()).split("\n\n"))
    assert all(title in head for title in COLUMNS.values())
    assert {line.count("|") for line in (head, rule, *rows)} == {len(COLUMNS) + 2}
    assert "12 ms, 1.25 s" in rows[0]
    assert "functions 40 ms (and the emulator of AWS 15 ms)" in rows[2]


def test_the_second_table_has_the_counts_of_each_kill() -> None:
    _, killed = markdown(a_comparison()).split("\n\n")
    head, rule, *rows = killed.splitlines()
    assert {line.count("|") for line in (head, rule, *rows)} == {len(COUNTS) + 2}
    assert rows[0] == "| LiteLLM's proxy | 220 | 200 | 0 | 20 | 20 | 1 | 72 s |"


def test_rows_set_darkroom_beside_the_others_and_have_no_goal() -> None:
    rows = measured(a_comparison()).rows
    assert all(row.met is None for row in rows)
    latency = rows[0]
    assert "Darkroom" in latency.measured
    assert "LiteLLM" not in latency.measured
    assert "LiteLLM" in latency.baseline


def test_the_notes_say_what_the_measure_itself_costs_and_that_an_emulator_is_in_it() -> None:
    said = notes(a_comparison())
    assert "nothing between: 12 ms, 1.25 s" in said
    assert "emulator" in said


def test_what_has_not_run_is_shown_as_not_run() -> None:
    shown = markdown(Comparison())
    assert shown.count("not run") == 5 * len(COLUMNS) + len(KILLED) * len(COUNTS)
    assert notes(Comparison()) == ""
    assert all("not run" in row.measured for row in measured(Comparison()).rows)
