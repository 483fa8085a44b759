"""What has arrived, in memory."""

import itertools
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request. `answered` is the status of the answer; None for a request left hanging or cut off."""

    number: int
    received_at_ms: int
    """Unix time."""
    received_at: str
    """RFC 3339 with milliseconds."""
    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case."""
    body: str
    """Bytes that are not UTF-8 show as replacement characters."""
    verified: bool
    scheme: str | None
    secret: str | None
    reason: str | None
    answered: int | None

    @property
    def webhook_id(self) -> str | None:
        return self.headers.get("webhook-id")

    def json(self) -> Any:
        """Raises ValueError for a body that is not JSON."""
        return json.loads(self.body)


class Inbox:
    def __init__(self) -> None:
        self._received: list[Received] = []
        self._numbers = itertools.count(1)

    def add(self, **fields: Any) -> None:
        """Numbers it; the time is when the request came in, as given by `moment`."""
        self._received.append(Received(number=next(self._numbers), **fields))

    def found(
        self, since_ms: int | None, webhook_id: str | None, path: str | None, after: int | None
    ) -> list[Received]:
        """In the order of arrival; `after` is a number already seen."""
        return [
            received
            for received in self._received
            if (since_ms is None or received.received_at_ms >= since_ms)
            and (webhook_id is None or received.webhook_id == webhook_id)
            and (path is None or received.path == path)
            and (after is None or received.number > after)
        ]

    def clear(self) -> None:
        """Numbers go on counting."""
        self._received.clear()


def moment() -> dict[str, Any]:
    """Now, in both spellings."""
    now_ms = time.time_ns() // 1_000_000
    text = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return {"received_at_ms": now_ms, "received_at": text.replace("+00:00", "Z")}
