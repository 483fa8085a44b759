"""What the bench says of a burst through the deployed stack: whole only if each job was done once."""

from dataclasses import replace

import pytest

from benchmarks.burst import Figures

WHOLE = Figures(
    jobs=200,
    callbacks="on",
    completed=200,
    posts=200,
    charges=200,
    webhooks=200,
    verified=200,
    accept_seconds=5.0,
    total_seconds=16.0,
    lag=tuple(number / 100 for number in range(1, 201)),
    polls=20,
    sqs_messages=600,
    dynamodb_writes=1_800,
)


def test_a_whole_burst_says_so_and_how_fast_it_was() -> None:
    whole, how_fast = WHOLE.rows()
    assert whole.met is True
    assert "callbacks on" in whole.figure
    assert "12.5 jobs a second" in how_fast.measured
    assert "p50 1.00 s" in how_fast.measured
    assert "polls 0.10, SQS messages 3.00, DynamoDB writes 9.00" in how_fast.measured
    assert how_fast.met is None


@pytest.mark.parametrize("count", ["completed", "posts", "charges", "webhooks", "verified"])
@pytest.mark.parametrize("value", [199, 201])
def test_one_too_few_or_too_many_of_anything_is_not_whole(count: str, value: int) -> None:
    [row, _] = replace(WHOLE, **{count: value}).rows()  # type: ignore[arg-type]  # it names a count
    assert row.met is False
    assert str(value) in row.measured
