"""Changes the item of the permits by compare-and-swap, as few times as it can.

Threads of one process don't fight each other: whoever writes takes along the changes of all that wait.
Processes do: the loser goes on at once with the item that it found standing.
"""

import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from darkroom.aws.conditional_put import put
from darkroom.aws.errors import InTransactionError
from darkroom.aws.gate_item import GateItem, Standing, standing
from darkroom.jobs.gate import Admission, Gate
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_FRESH_SECONDS = 1.0
_TRIES = 30
_TRIES_OF_A_MUST = 150
"""A slot that isn't given back is missing for minutes."""
_LONGEST_PAUSE_SECONDS = 0.05
_CONTENDED_WAIT_SECONDS = (0.2, 1.0)


@dataclass(slots=True)
class Change:
    """What one caller wants of the gate: `apply` gives the next one and the caller's answer.

    `may_wait`: it asks for an admission, and rather than fail it is told to ask again.
    """

    apply: Callable[[Gate], tuple[Gate, Any]]
    now: float
    may_wait: bool = False
    taken_up: bool = False
    answered: bool = False
    answer: Any = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The item as it was last read or written, at `at`. Only a write on it proves that it still stands."""

    standing: Standing
    at: float


class PermitWriter:
    def __init__(
        self, client: "DynamoDBClient", table: str, name: str, sleep: Callable[[float], None]
    ) -> None:
        self._client = client
        self._item = GateItem(client, table, name)
        self._sleep = sleep
        self._waiting: deque[Change] = deque()
        self._lock = threading.Lock()
        self._seen: _Seen | None = None

    def write(self, change: Change) -> Any:
        """The caller's answer. Raises ThrottledError."""
        self._waiting.append(change)
        with self._lock:
            if not change.taken_up:
                self._settle(self._take_up_waiting())
        if not change.answered:
            raise ThrottledError("the permits could not be written")
        return change.answer

    def read(self, now: float) -> Gate:
        """As it stood a second ago at most. Raises ThrottledError."""
        with self._lock:
            if self._seen is None or not _is_fresh(self._seen, now):
                self._seen = _Seen(self._item.read(), now)
            return self._seen.standing.gate

    def forget(self) -> None:
        """The item was written past this writer."""
        with self._lock:
            self._seen = None

    def _take_up_waiting(self) -> list[Change]:
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for change in batch:
            change.taken_up = True
        return batch

    def _settle(self, batch: Sequence[Change]) -> None:
        now = max(change.now for change in batch)
        known = self._seen or _Seen(self._item.read(), now)
        self._seen = None  # forgotten, should this end with an error
        seen = known.standing
        if _applied(batch, seen.gate)[0] == seen.gate and not _suffices(known, batch, now):
            known = _Seen(self._item.read(), now)
            seen = known.standing
        for tries in range(_TRIES if all(change.may_wait for change in batch) else _TRIES_OF_A_MUST):
            gate, answers = _applied(batch, seen.gate)
            written, after = (True, seen) if gate == seen.gate else self._swap(seen, gate)
            if written:
                self._seen = known if after is known.standing else _Seen(after, now)
                _answer(batch, answers)
                return
            seen = after
            self._pause(tries)
        _answer_contended(batch)

    def _swap(self, seen: Standing, gate: Gate) -> tuple[bool, Standing]:
        """Whether it was written, and what stands now; where others have written since, what it wrote."""
        swap = self._item.swap(seen, gate)
        try:
            refused = put(self._client, swap.request, swap.is_in)
        except InTransactionError:  # a release is about to write the item, or has just done so
            return False, self._item.read()
        return (True, swap.after) if refused is None else (False, standing(refused))

    def _pause(self, tries: int) -> None:
        if tries:  # the first time at once: what stands was just read
            self._sleep(random.random() * min(0.002 * 2**tries, _LONGEST_PAUSE_SECONDS))  # noqa: S311  # jitter


def _suffices(seen: _Seen, batch: Sequence[Change], now: float) -> bool:
    """Whether nothing needs to be written on the word of `seen` alone: to let wait, if it is fresh."""
    return all(change.may_wait for change in batch) and _is_fresh(seen, now)


def _is_fresh(seen: _Seen, now: float) -> bool:
    return abs(now - seen.at) < _FRESH_SECONDS


def _applied(batch: Sequence[Change], gate: Gate) -> tuple[Gate, list[Any]]:
    answers = []
    for change in batch:
        gate, answer = change.apply(gate)
        answers.append(answer)
    return gate, answers


def _answer(batch: Sequence[Change], answers: Sequence[Any]) -> None:
    for change, answer in zip(batch, answers, strict=True):
        change.answered, change.answer = True, answer


def _answer_contended(batch: Sequence[Change]) -> None:
    for change in batch:
        if change.may_wait:
            seconds = random.uniform(*_CONTENDED_WAIT_SECONDS)  # noqa: S311  # jitter
            change.answered, change.answer = True, Admission(False, retry_seconds=seconds)
