"""Which of AWS's errors are passing ones, to be tried again, and which are bugs."""

from typing import Any

import pytest
from botocore import exceptions

from darkroom.aws.errors import translated
from darkroom.ports import ThrottledError

URL = "https://dynamodb.test"


def client_error(code: str, status: int = 400) -> exceptions.ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(response, "PutItem")


@pytest.mark.parametrize(
    "error",
    [
        client_error("ProvisionedThroughputExceededException"),
        client_error("ThrottlingException"),
        client_error("SlowDown", 503),
        client_error("TooManyUpdates"),
        client_error("ParameterLimitExceeded"),
        client_error("SomethingNew", 500),
        client_error("503", 503),
        client_error("SomethingNew", 429),
        exceptions.ConnectTimeoutError(endpoint_url=URL),
        exceptions.ReadTimeoutError(endpoint_url=URL),
        exceptions.EndpointConnectionError(endpoint_url=URL),
        exceptions.ConnectionClosedError(endpoint_url=URL),
        exceptions.SSLError(endpoint_url=URL, error=OSError("handshake")),
        exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
    ids=lambda error: str(error)[:60],
)
def test_throttled_and_down_are_to_be_tried_again(error: Exception) -> None:
    with pytest.raises(ThrottledError) as translation, translated():
        raise error
    assert translation.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        client_error("ValidationException"),
        client_error("AccessDeniedException"),
        client_error("ConditionalCheckFailedException"),
        client_error("ResourceNotFoundException"),
        exceptions.NoCredentialsError(),
        exceptions.ParamValidationError(report="no such parameter"),
        KeyError("ours"),
    ],
    ids=lambda error: str(error)[:60],
)
def test_every_other_error_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as same, translated():
        raise error
    assert same.value is error
