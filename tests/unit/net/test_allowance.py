"""The budget of one request: seconds and bytes over all of its operations."""

import pytest

from darkroom.net.allowance import Allowance
from darkroom.net.errors import NetworkFailure, RequestFailedError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_seconds_count_down_from_the_start_and_end_in_the_deadline() -> None:
    clock = Clock()
    allowance = Allowance(15.0, 10, clock)
    clock.now += 14.0
    assert allowance.seconds_left() == 1.0
    clock.now += 1.0
    with pytest.raises(RequestFailedError) as failed:
        allowance.seconds_left()
    assert failed.value.failure is NetworkFailure.DEADLINE


def test_bytes_run_out() -> None:
    allowance = Allowance(15.0, 10)
    allowance.receive(9)
    assert allowance.bytes_left() == 1
    allowance.receive(1)
    with pytest.raises(RequestFailedError) as failed:
        allowance.bytes_left()
    assert failed.value.failure is NetworkFailure.ANSWER_TOO_LARGE


def test_plain_timeout_is_refused_because_it_knows_no_deadline() -> None:
    for timeout in (None, 5.0):
        with pytest.raises(TypeError):
            Allowance.of(timeout)


def test_allowance_is_the_timeout_that_it_was_given_as() -> None:
    allowance = Allowance(15.0, 10)
    assert allowance == 15.0
    assert Allowance.of(allowance) is allowance
