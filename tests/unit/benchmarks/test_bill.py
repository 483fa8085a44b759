"""The bill's arithmetic: what is counted is priced, and what is dearer shows."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.aws_prices import LOG_EVENT_BYTES
from benchmarks.bill import inference_seconds
from benchmarks.durations import FINISH_SECONDS, START_SECONDS, Function, gb_seconds
from benchmarks.function_logs import Invocation, split
from benchmarks.other_designs import message_a_poll, polls_of, step_functions
from benchmarks.usage import Usage

ONE = Usage(
    jobs=1,
    s3_puts=1,
    api_requests=1,
    write_units=0,
    read_units=0,
    sqs_requests=0,
    invocations=0,
    gb_seconds=0,
    log_bytes=0,
)


def test_the_floors_two_parts_that_cannot_be_spared() -> None:
    """46 % and 32 % of $0.0109."""
    assert ONE.bill()["S3 PUT"] == pytest.approx(0.46 * 0.0109, rel=0.01)
    assert ONE.bill()["API Gateway"] == pytest.approx(0.32 * 0.0109, rel=0.01)


@pytest.mark.parametrize(
    "part",
    [
        "s3_puts",
        "api_requests",
        "write_units",
        "read_units",
        "sqs_requests",
        "invocations",
        "gb_seconds",
        "log_bytes",
        "secret_calls",
        "kms_requests",
        "state_transitions",
    ],
)
def test_whatever_is_used_more_costs_more(part: str) -> None:
    used: dict[str, Any] = {part: 1_000}
    more = replace(ONE, **used)
    assert more.dollars() > ONE.dollars()


def test_messages_with_a_group_cost_a_quarter_more() -> None:
    plain = replace(ONE, sqs_requests=9)
    assert replace(plain, fair_queues=True).bill()["SQS"] == pytest.approx(1.25 * plain.bill()["SQS"])


def test_the_jobs_of_a_batch_wait_at_the_same_time() -> None:
    poller = {"poller": Function(memory_mb=1024, cpu_seconds=0.0)}
    submitted, completed = '{"message":"submitted"}', '{"message":"completed"}'
    batch = Invocation("poller", (submitted, completed, completed), 0, 0)
    one_by_one = [Invocation("poller", (line,), 0, 0) for line in batch.lines]
    assert gb_seconds(poller, [batch]) == pytest.approx(FINISH_SECONDS)
    assert gb_seconds(poller, one_by_one) == pytest.approx(START_SECONDS + 2 * FINISH_SECONDS)


def test_cpu_takes_longer_on_a_share_of_a_core_and_costs_the_same() -> None:
    costs = [
        gb_seconds({"submit": Function(memory_mb=memory_mb, cpu_seconds=1.0)}, [])
        for memory_mb in (512, 1024)
    ]
    assert costs[0] == pytest.approx(costs[1])


def test_a_log_is_split_into_its_invocations() -> None:
    lines = ["START RequestId: 1", "ours", "END RequestId: 1", "REPORT RequestId: 1"]
    first, second = split("poller", [*lines, "START RequestId: 2", "END RequestId: 2", "REPORT RequestId: 2"])
    assert first.lines == ("ours",)
    assert first.own_bytes == len("ours") + LOG_EVENT_BYTES
    assert second.lines == ()
    assert second.platform_bytes == first.platform_bytes


def test_a_look_each_two_seconds() -> None:
    assert polls_of([0.1, 2.0, 2.1, 7.9]) == 1 + 1 + 2 + 4


def test_designs_that_poll_cost_more_by_their_polls() -> None:
    short, long = [2.0] * 10, [20.0] * 10
    assert message_a_poll(long).dollars() > message_a_poll(short).dollars()
    assert step_functions(long).dollars() > 10 * message_a_poll(long).dollars()


def test_the_samples_are_the_simulators_own_and_the_same_each_time() -> None:
    assert inference_seconds(5) == inference_seconds(5)
    assert sorted(inference_seconds(1_001))[500] == pytest.approx(6.0, rel=0.05)
