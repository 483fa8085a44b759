"""Permits on one DynamoDB item that all workers share, by the rules of `jobs.permits`."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from darkroom.aws.permit_writer import Change, PermitWriter
from darkroom.jobs.permits import PermitLimits, PermitWindow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoPermits:
    """Safe to share between threads. All methods raise ThrottledError."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        limits: PermitLimits,
        name: str = "default",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`name`: one for each upstream key, for upstream's limits belong to the key."""
        self._limits = limits
        self._writer = PermitWriter(client, table, name, sleep)

    def take(self, now: float) -> float:
        """Where there is no permit nothing is written; under heavy contention a short wait is answered."""

        def take(window: PermitWindow) -> tuple[PermitWindow, float]:
            after, wait = window.take(now, self._limits)
            return (window, wait) if wait > 0 else (after, 0.0)

        return self._writer.write(Change(take, now, may_wait=True))

    def give_back(self, taken_at: float, now: float) -> None:
        self._writer.write(Change(lambda window: (window.give_back(taken_at), 0.0), now))

    def hold(self, until: float, now: float) -> None:
        self._writer.write(Change(lambda window: (window.hold(until), 0.0), now))
