"""Work a batch of SQS records at the same time, and report those that failed: each its own failure.

Threads, because the work is waiting: a slow record costs its own time and no other's.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from darkroom.observability import logger

Record = dict[str, Any]
Message = TypeVar("Message")
RETRY_SECONDS = 20
"""A failed record comes again after this, doubled with each receive; the queue's own timeout is long."""
_LONGEST_RETRY_SECONDS = 600


class BatchWorker(Generic[Message]):
    """`parse` reads a record's body, `retry_after` makes a record visible again in so many seconds."""

    def __init__(
        self,
        parse: Callable[[str], Message],
        handle: Callable[[Message], None],
        retry_after: Callable[[Record, int], None],
        executor: ThreadPoolExecutor,
    ) -> None:
        self._parse = parse
        self._handle = handle
        self._retry_after = retry_after
        self._executor = executor

    def work(self, records: list[Record]) -> dict[str, list[dict[str, str]]]:
        """A partial batch response (`ReportBatchItemFailures`)."""
        failed = [
            record
            for record, ok in zip(records, self._executor.map(self._try, records), strict=True)
            if not ok
        ]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def _try(self, record: Record) -> bool:
        try:
            self._handle(self._parse(record["body"]))
        except Exception:  # noqa: BLE001  # the outermost edge: one record's failure is its own
            logger().exception("record failed", extra={"message_id": record["messageId"]})
            self._come_again(record)
            return False
        return True

    def _come_again(self, record: Record) -> None:
        receives = int(record["attributes"]["ApproximateReceiveCount"])
        seconds = min(RETRY_SECONDS * 2 ** (receives - 1), _LONGEST_RETRY_SECONDS)
        try:
            self._retry_after(record, seconds)
        except Exception:  # noqa: BLE001  # then it comes after the queue's own timeout
            logger().exception("visibility not changed", extra={"message_id": record["messageId"]})
