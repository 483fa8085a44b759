"""An index of DynamoDB: its readers see a write a moment late, each item's writes in their order."""

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LateIndex(Generic[Value]):
    """A value of None is not in the index. `lag`: of a write, in seconds."""

    def __init__(self, now: Callable[[], float], lag: Callable[[], float]) -> None:
        self._now = now
        self._lag = lag
        self._seen: dict[Hashable, Value] = {}
        self._coming: dict[Hashable, deque[tuple[float, Value | None]]] = {}

    def write(self, key: Hashable, value: Value | None) -> None:
        at = self._now() + self._lag()
        coming = self._coming.setdefault(key, deque())
        coming.append((max(at, coming[-1][0]) if coming else at, value))

    def read(self) -> dict[Hashable, Value]:
        """In the order of the keys' first writes."""
        for key, coming in self._coming.items():
            while coming and coming[0][0] <= self._now():
                value = coming.popleft()[1]
                if value is None:
                    self._seen.pop(key, None)
                else:
                    self._seen[key] = value
        return self._seen
