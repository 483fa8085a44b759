"""The tables of a run: their order, what is missing, and when a run counts as not done."""

import json
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.__main__ import Run, judged
from benchmarks.goals import Chart, Figure, Measured, Row

ROWS = [
    Row(str(figure), f"{number} ms", "20 ms", "≤ 12 ms", number != 3) for number, figure in enumerate(Figure)
]
INFORMS = Row("log bytes of a job", "300", "", "", None)


def test_the_goals_table_comes_first_and_in_its_order() -> None:
    assert table.in_order([INFORMS, *reversed(ROWS)]) == [*ROWS, INFORMS]


def test_a_figure_without_a_row_is_missing() -> None:
    assert table.missing(ROWS) == []
    assert table.missing([*ROWS[1:], INFORMS]) == [Figure.COLD_SUBMIT]


def test_markdown_has_a_table_of_the_goals_and_one_of_what_informs() -> None:
    goals, others = table.as_markdown([*ROWS, INFORMS]).split("\n\n")
    assert goals.splitlines()[:3] == [
        "| figure | measured | baseline | goal | met |",
        "|---|---|---|---|---|",
        "| cold submit, init and first call | 0 ms | 20 ms | ≤ 12 ms | yes |",
    ]
    assert "| 3 ms | 20 ms | ≤ 12 ms | no |" in goals
    assert others.splitlines()[2] == "| log bytes of a job | 300 |  |"


def test_text_shows_every_word_of_a_long_cell() -> None:
    long = Row("a figure", " ".join(f"word{number}" for number in range(40)), "", "", None)
    text = table.as_text([long])
    assert all(f"word{number}" in text for number in range(40))
    assert max(map(len, text.splitlines())) <= 170


def test_results_can_be_drawn_without_our_classes(tmp_path: Path) -> None:
    chart = Chart("bill", "By service", "", "dollars", {"S3": [(0.0, 0.005)]}, bars=True)
    file = tmp_path / "results.json"
    table.write_results(file, {"date": "2026-01-01"}, {"bill": Measured([INFORMS], [chart])})
    read = json.loads(file.read_text())
    assert read["date"] == "2026-01-01"
    assert read["benchmarks"]["bill"]["charts"][0]["series"] == {"S3": [[0.0, 0.005]]}


def burst(*, complete: bool) -> Measured:
    return Measured([Row("200 jobs at once", "199 completed", "", "200 of each", complete)])


@pytest.mark.parametrize("whole", [True, False])
def test_a_missed_goal_is_no_error(whole: bool) -> None:
    assert judged(Run({"all": Measured(ROWS), "burst": burst(complete=True)}), whole=whole) == 0


def test_what_was_not_done_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(Run({"all": Measured(ROWS), "burst": burst(complete=False)}), whole=True) == 1
    assert judged(Run({"all": Measured(ROWS)}, failed=["lag"]), whole=True) == 1
    assert judged(Run({"all": Measured(ROWS[1:])}), whole=True) == 1
    assert judged(Run({"all": Measured(ROWS[1:])}), whole=False) == 0
    assert "cold submit" in capsys.readouterr().out


def test_a_benchmark_that_fails_leaves_the_others_their_turn(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> Measured:
        raise RuntimeError("no such thing")

    run = Run()
    run.take("first", fails)
    run.take("second", lambda: Measured(ROWS))
    assert (run.failed, list(run.by_name)) == (["first"], ["second"])
    assert "no such thing" in capsys.readouterr().err
