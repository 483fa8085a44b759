"""The bill's rows: a goal that one of the two runs misses is missed."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.bill_report import GOAL_DOLLARS, charts_of, rows_of
from benchmarks.function_logs import Invocation
from benchmarks.goals import Figure
from benchmarks.recorded_usage import Counted, usage_of
from benchmarks.requests import Request
from benchmarks.table_units import TableUnits
from benchmarks.usage import Usage

CHEAP = Usage(
    jobs=1_000,
    s3_puts=1_000,
    api_requests=1_000,
    write_units=5_000,
    read_units=1_000,
    sqs_requests=3_000,
    invocations=2_000,
    gb_seconds=50,
    log_bytes=500_000,
)
DEAR = replace(CHEAP, write_units=50_000)


def _counted(usage: Usage) -> Counted:
    return Counted(usage, TableUnits(), Counter(), [Invocation("poller", (), 1_000, 2_000)], {})


@pytest.mark.parametrize(
    ("alone", "burst", "met"), [(CHEAP, CHEAP, True), (DEAR, CHEAP, False), (CHEAP, DEAR, False)]
)
def test_the_goal_is_met_by_both_runs_or_not_at_all(alone: Usage, burst: Usage, met: bool) -> None:
    assert CHEAP.dollars() <= GOAL_DOLLARS < DEAR.dollars()
    bill, *informing = rows_of(_counted(alone), _counted(burst), {"a message a poll": DEAR})
    assert (bill.figure, bill.met) == (Figure.BILL, met)
    assert f"a message a poll ${DEAR.dollars():.4f}" in bill.baseline
    assert {row.met for row in informing} == {None}


def test_the_first_chart_has_each_service_that_costs_something() -> None:
    by_service, by_design = charts_of({"ours": CHEAP, "a message a poll": DEAR})
    assert set(by_service.series) == {service for service, dollars in CHEAP.bill().items() if dollars}
    assert by_design.series["a message a poll"] == [(0.0, DEAR.dollars())]


def test_a_message_is_sent_received_and_deleted_in_its_batch() -> None:
    requests = [Request(0.0, "poller", "sqs:SendMessage", "jobs: job", {}, ())] * 10
    ran = [Invocation(name, (), 0, 0) for name in ("submit", "callback", "poller", "webhook", "authorizer")]
    usage = usage_of(10, requests, ran, 0.0, TableUnits())
    assert usage.sqs_requests == 10 + 2 * 2
    assert usage.api_requests == 2
