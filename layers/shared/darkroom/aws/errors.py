"""AWS's errors at the edge: throttled or down becomes ThrottledError, the rest is a bug and propagates."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_PASSING = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "KMSThrottlingException",
        "LimitExceededException",
        "ParameterLimitExceeded",  # until the operator has the quota raised: the log says so
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Codes of answers that another try may turn into a good one."""


class InTransactionError(ThrottledError):
    """The item is in a transaction of somebody else's: nothing was written."""


@contextmanager
def translated(*, every_answer: bool = False) -> Iterator[None]:
    """Raises ThrottledError in place of botocore's errors of the network and of an overloaded service.

    After a timeout it is unknown whether the request was carried out. `every_answer`: a refusal is one too.
    """
    # Whoever has a client has loaded botocore; importing this module alone must not.
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    try:
        yield
    except (
        exceptions.ConnectionError,
        exceptions.HTTPClientError,
        exceptions.CredentialRetrievalError,
        exceptions.IncompleteReadError,
        ResponseParserError,
    ) as error:
        raise ThrottledError(type(error).__name__) from error
    except exceptions.ClientError as error:
        if error_code(error) == "TransactionConflictException":
            raise InTransactionError(error_code(error)) from error
        if every_answer or _is_passing(error):
            raise ThrottledError(error_code(error)) from error
        raise


def error_code(error: "ClientError") -> str:
    return error.response.get("Error", {}).get("Code", "")


def standing_item(error: "ClientError") -> dict[str, Any] | None:
    """The item on which a condition failed, where the request asked for it (ALL_OLD) and there is one."""
    return error.response.get("Item")  # type: ignore[return-value]  # ConditionalCheckFailedException's own


def _is_passing(error: "ClientError") -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error_code(error) in _PASSING or status == 429 or status >= 500
