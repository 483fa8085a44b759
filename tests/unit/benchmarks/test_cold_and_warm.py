"""Of lives of processes, rows of the goals table: what is slower than its goal is shown as missed."""

import pytest

from benchmarks.aws_stub import Answers
from benchmarks.cold_start import BARE, FUNCTIONS, measured_of
from benchmarks.goals import Figure
from benchmarks.lambda_process import Life
from benchmarks.warm import measured_of as warm_measured_of


def lives(submit_ms: float) -> dict[str, list[Life]]:
    def life(cold_ms: float) -> list[Life]:
        return [Life(cold_ms - 10, 10, None, frozenset()) for _ in range(3)]

    return {BARE: life(200), **{name: life(100) for name in FUNCTIONS}, "submit": life(submit_ms)}


@pytest.mark.parametrize(("submit_ms", "met"), [(199, True), (200, True), (202, False), (400, False)])
def test_a_cold_start_is_held_against_the_bare_handlers(submit_ms: float, met: bool) -> None:
    rows = {row.figure: row for row in measured_of(lives(submit_ms)).rows}
    assert rows[Figure.COLD_SUBMIT].met is met
    assert rows[Figure.COLD_SUBMIT].measured.startswith(f"{submit_ms / 200:.2f} x")
    assert rows[Figure.COLD_POLLER].met is True


@pytest.mark.parametrize(("ours", "met"), [([1.7, 1.8, 9.0], True), ([1.9, 1.9, 0.1], False)])
def test_a_warm_submit_is_judged_by_the_median(ours: list[float], met: bool) -> None:
    [row] = warm_measured_of(ours, [1.0, 1.0]).rows
    assert (row.figure, row.met) == (Figure.WARM_SUBMIT, met)


def test_the_stub_answers_reads_from_its_items_and_writes_with_nothing() -> None:
    item = {"pk": {"S": "acme#job"}, "sk": {"S": "state"}}
    answers = Answers([item])
    read = answers.body(
        "DynamoDB_20120810.GetItem", b'{"Key": {"pk": {"S": "acme#job"}, "sk": {"S": "state"}}}'
    )
    assert b'"Item"' in read
    missing = answers.body("DynamoDB_20120810.GetItem", b'{"Key": {"pk": {"S": "other"}}}')
    assert (missing, answers.body("DynamoDB_20120810.PutItem", b"{}")) == (b"{}", b"{}")
