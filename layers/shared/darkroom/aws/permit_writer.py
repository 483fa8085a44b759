"""Changes the item of the permits by compare-and-swap, as few times as it can.

Threads of one process don't fight each other: whoever writes takes along the changes of all that wait.
Processes do: the loser goes on at once with the item that it found standing.
"""

import random
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.conditional_put import conditional_put, put
from darkroom.aws.errors import translated
from darkroom.aws.permit_items import permits_item, permits_key, stored_version, stored_window
from darkroom.jobs.permits import PermitWindow
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_FRESH_SECONDS = 1.0
_TRIES = 30
_LONGEST_PAUSE_SECONDS = 0.05
_CONTENDED_WAIT_SECONDS = (0.2, 1.0)


@dataclass(slots=True)
class Change:
    """What one caller wants of the window: `apply` gives the next one and the caller's wait.

    `may_wait`: rather than fail it is answered with a wait.
    """

    apply: Callable[[PermitWindow], tuple[PermitWindow, float]]
    now: float
    may_wait: bool = False
    taken_up: bool = False
    answer: float | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The item as it was last read or written, at `at`. Only a write on it proves that it still stands.

    `version` is empty where there is no item yet.
    """

    window: PermitWindow
    version: str
    at: float


class PermitWriter:
    def __init__(
        self, client: "DynamoDBClient", table: str, name: str, sleep: Callable[[float], None]
    ) -> None:
        self._client = client
        self._table = table
        self._name = name
        self._sleep = sleep
        self._waiting: deque[Change] = deque()
        self._lock = threading.Lock()
        self._seen: _Seen | None = None

    def write(self, change: Change) -> float:
        """The caller's wait. Raises ThrottledError."""
        self._waiting.append(change)
        with self._lock:
            if not change.taken_up:
                self._settle(self._take_up_waiting())
        if change.answer is None:
            raise ThrottledError("the permits could not be written")
        return change.answer

    def _take_up_waiting(self) -> list[Change]:
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for change in batch:
            change.taken_up = True
        return batch

    def _settle(self, batch: Sequence[Change]) -> None:
        now = max(change.now for change in batch)
        seen = self._seen or self._read(now)
        self._seen = None  # forgotten, should this end with an error
        if _applied(batch, seen.window)[0] == seen.window and not _suffices(seen, batch, now):
            seen = self._read(now)
        for tries in range(_TRIES):
            window, waits = _applied(batch, seen.window)
            ours = seen if window == seen.window else _Seen(window, secrets.token_hex(8), now)
            standing = None if ours is seen else self._swap(seen, ours)
            if standing is None:
                self._seen = ours
                _answer(batch, waits)
                return
            seen = standing
            self._pause(tries)
        _answer_contended(batch)

    def _swap(self, seen: _Seen, ours: _Seen) -> _Seen | None:
        """None: ours stands now. Else what stands in its place."""
        item = permits_item(self._name, ours.window, ours.version)
        if not seen.version:
            request = conditional_put(self._table, item, "attribute_not_exists(pk)")
        else:
            values = {":seen": to_attribute(seen.version)}
            request = conditional_put(self._table, item, "version = :seen", ExpressionAttributeValues=values)
        standing = put(self._client, request)
        return None if standing is None else _seen(standing, ours.at)

    def _read(self, now: float) -> _Seen:
        with translated():
            reply = self._client.get_item(
                TableName=self._table, Key=permits_key(self._name), ConsistentRead=True
            )
        return _seen(reply.get("Item", {}), now)

    def _pause(self, tries: int) -> None:
        if tries:  # the first time at once: what stands was just read
            self._sleep(random.random() * min(0.002 * 2**tries, _LONGEST_PAUSE_SECONDS))  # noqa: S311  # jitter


def _seen(item: Item, now: float) -> _Seen:
    return _Seen(stored_window(item), stored_version(item), now) if item else _Seen(PermitWindow(), "", now)


def _suffices(seen: _Seen, batch: Sequence[Change], now: float) -> bool:
    """Whether nothing needs to be written on the word of `seen` alone: to let wait, if it is fresh."""
    return all(change.may_wait for change in batch) and abs(now - seen.at) < _FRESH_SECONDS


def _applied(batch: Sequence[Change], window: PermitWindow) -> tuple[PermitWindow, list[float]]:
    waits = []
    for change in batch:
        window, wait = change.apply(window)
        waits.append(wait)
    return window, waits


def _answer(batch: Sequence[Change], waits: Sequence[float]) -> None:
    for change, wait in zip(batch, waits, strict=True):
        change.answer = wait


def _answer_contended(batch: Sequence[Change]) -> None:
    for change in batch:
        if change.may_wait:
            change.answer = random.uniform(*_CONTENDED_WAIT_SECONDS)  # noqa: S311  # jitter
