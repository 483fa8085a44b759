"""Requests a minute as a sliding window of two counters. Pure.

requests in the last 60 s  ≈  previous * (the part of it that still overlaps)  +  count

    previous minute        this minute
├────────[▓▓▓▓▓▓▓▓▓▓▓]├─────────────]now ─ ─ ┤
"""

import math
from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RateTaken:
    """`reset_seconds`: where none remains, until there is one again; else until the minute is over."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class RateWindow:
    """`number` counts the minutes of Unix time; `previous` is the count of the minute before."""

    number: int
    count: int = 0
    previous: int = 0

    def at(self, now: float) -> "RateWindow":
        """As it is to be read now. A clock that lags behind stays in the window that others have begun."""
        number = max(int(now // WINDOW_SECONDS), self.number)
        if number == self.number:
            return self
        return RateWindow(number, 0, self.count if number == self.number + 1 else 0)

    def allows(self, limit: int, now: float) -> int:
        """What `count` may come to in this window, by now."""
        overlap_seconds = WINDOW_SECONDS - self._elapsed_seconds(now)
        return limit - math.ceil(self.previous * overlap_seconds / WINDOW_SECONDS)

    def taken(self, allowed: bool, limit: int, now: float) -> RateTaken:
        remaining = max(self.allows(limit, now) - self.count, 0)
        seconds = self._ends_in(now) if remaining else self._next_in(limit, now)
        return RateTaken(allowed, limit, remaining, max(math.ceil(seconds), 1))

    def _next_in(self, limit: int, now: float) -> float:
        """Seconds until one more is allowed, if nobody else asks."""
        if self.previous and self.count < limit:
            return _freed_after(self.previous, limit - 1 - self.count) - self._elapsed_seconds(now)
        return self._ends_in(now) + _freed_after(self.count, limit - 1)

    def _elapsed_seconds(self, now: float) -> float:
        return min(max(now - self.number * WINDOW_SECONDS, 0.0), WINDOW_SECONDS)

    def _ends_in(self, now: float) -> float:
        return WINDOW_SECONDS - self._elapsed_seconds(now)


def _freed_after(previous: int, wanted: int) -> float:
    """How long into a minute no more than `wanted` of the minute before still count."""
    return max(WINDOW_SECONDS - WINDOW_SECONDS * wanted / previous, 0.0) if previous else 0.0
