"""A request is held for no longer than its client, API Gateway and the Lambda have time."""

import time

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from darkroom.http.api import Api
from darkroom.http.hold import hold_left


@pytest.mark.parametrize(
    ("longest", "gone", "lambda_left", "seconds"),
    [
        (20, 0, 29, 20),
        (8, 2.5, 29, 5.5),  # an old client's 10 s have run during a cold start too
        (25, 3, 29, 22),
        (25, 0, 20, 16),
        (60, 0, 100, 25),  # API Gateway's 29 s
        (8, 9, 29, 0),
        (20, 0, 3, 0),
    ],
)
def test_a_hold_ends_in_time_for_whoever_is_first(
    longest: float, gone: float, lambda_left: float, seconds: float
) -> None:
    assert hold_left(longest, gone, lambda_left) == seconds


def received_at(milliseconds: float | None) -> float:
    context = {} if milliseconds is None else {"requestTimeEpoch": milliseconds}
    api = Api()
    api.current_event = APIGatewayProxyEvent({"requestContext": context})
    return api.received_at


def test_a_request_came_in_when_api_gateway_says() -> None:
    at = int((time.time() - 3) * 1000)
    assert received_at(at) == at / 1000


@pytest.mark.parametrize(
    "milliseconds",
    [None, 1_760_000_000_000, time.time(), (time.time() + 60) * 1000],
    ids=["none", "long ago", "seconds", "ahead"],
)
def test_a_time_that_cant_be_api_gateways_is_not_taken_for_it(milliseconds: float | None) -> None:
    before = time.time()
    assert before <= received_at(milliseconds) <= time.time()
