"""A DynamoDB client whose replies get lost, and which then does what botocore does."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ReadTimeoutError
from mypy_boto3_dynamodb import DynamoDBClient


class LossyClient:
    """Every method is the real one's; the puts named by number (from 1) land and lose their reply.

    `retried`: they are made again at once, as botocore's retries are; else the caller sees a timeout.
    `meanwhile`: what others do before that.
    """

    def __init__(
        self,
        real: DynamoDBClient,
        *lost: int,
        retried: bool,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self._real = real
        self._lost = lost
        self._retried = retried
        self._meanwhile = meanwhile
        self._puts = 0

    def put_item(self, **request: Any) -> Any:
        self._puts += 1
        reply = self._real.put_item(**request)
        if self._puts not in self._lost:
            return reply
        self._meanwhile()
        if self._retried:
            return self._real.put_item(**request)
        raise ReadTimeoutError(endpoint_url="https://dynamodb.test")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
