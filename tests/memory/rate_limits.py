"""Requests a minute in memory."""

import threading
from dataclasses import replace

from darkroom.jobs.rate_window import RateTaken, RateWindow


class MemoryRateLimits:
    def __init__(self) -> None:
        self._windows: dict[str, RateWindow] = {}
        self._lock = threading.Lock()

    def take(self, tenant: str, limit: int, now: float) -> RateTaken:
        with self._lock:
            window = self._windows.get(tenant, RateWindow(0)).at(now)
            allowed = window.count < window.allows(limit, now)
            if allowed:
                window = self._windows[tenant] = replace(window, count=window.count + 1)
            return window.taken(allowed, limit, now)
