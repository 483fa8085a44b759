"""What many ask for at once: read by one of them, waited for briefly, and kept for a moment for all.

Better no answer than one that holds up who asks, or that costs the table what others need of it.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from darkroom.ports import ThrottledError

_Value = TypeVar("_Value")

_READERS = 4


@dataclass(slots=True)
class _Reading(Generic[_Value]):
    """`ended_at` is None while it lasts."""

    future: Future[_Value]
    ended_at: float | None = None


class SharedRead(Generic[_Value]):
    """Safe to share between threads. Also a reading that failed is kept: nobody hurries to try again."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        fresh_seconds: float = 1.0,
        patience_seconds: float = 0.5,
        kept_keys: int = 256,
    ) -> None:
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        self._patience_seconds = patience_seconds
        self._kept_keys = kept_keys
        self._readings: OrderedDict[str, _Reading[_Value]] = OrderedDict()
        self._lock = Lock()
        self._readers = ThreadPoolExecutor(_READERS, "shared-read")

    def get(self, key: str, read: Callable[[], _Value]) -> _Value | None:
        """None where AWS throttles, or the reading takes too long: it goes on then, for who asks next."""
        with self._lock:
            reading = self._readings.get(key)
            if reading is None or self._is_stale(reading):
                reading = self._begin(key, read)
        try:
            return reading.future.result(self._patience_seconds)
        except (ThrottledError, TimeoutError):
            return None

    def _is_stale(self, reading: _Reading[_Value]) -> bool:
        ended_at = reading.ended_at
        return ended_at is not None and self._clock() - ended_at >= self._fresh_seconds

    def _begin(self, key: str, read: Callable[[], _Value]) -> _Reading[_Value]:
        reading = _Reading(self._readers.submit(read))
        self._readings[key] = reading
        self._readings.move_to_end(key)
        while len(self._readings) > self._kept_keys:
            self._readings.popitem(last=False)

        def end(_: Future[_Value]) -> None:
            reading.ended_at = self._clock()

        reading.future.add_done_callback(end)
        return reading
