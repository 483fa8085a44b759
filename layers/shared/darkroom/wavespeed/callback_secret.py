"""Upstream's webhook secret: asked of upstream itself once, and again when a signature does not match."""

import threading
import time
from collections.abc import Callable

_REFRESH_SECONDS = 60.0


class CallbackSecret:
    """`fetch` reads it from upstream. Shared between threads."""

    def __init__(self, fetch: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._value: str | None = None
        self._read_at = 0.0

    def value(self) -> str:
        """Raises UpstreamUnavailableError where it was never read."""
        with self._lock:
            if self._value is None:
                self._read()
            assert self._value is not None
            return self._value

    def newer(self) -> str | None:
        """Another value than before, if upstream has one now; asked at most once a minute."""
        with self._lock:
            before = self._value
            if before is not None and self._clock() - self._read_at < _REFRESH_SECONDS:
                return None
            self._read()
            return self._value if self._value != before else None

    def _read(self) -> None:
        self._read_at = self._clock()
        self._value = self._fetch()
