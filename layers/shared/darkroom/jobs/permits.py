"""Upstream's limits as pure data: images a minute as a sliding window, concurrent tasks as a count.

The store keeps one such window for each upstream key and writes it back only if nobody else has.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

WINDOW_SECONDS = 60
HEADROOM = 0.02
"""Share of the rate left unused: our clock and upstream's are not the same."""
SLOT_BUCKET_SECONDS = 60
CONCURRENCY_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class PermitLimits:
    """`slot_seconds`: how long a task can hold its slot at most; a slot lost in a crash is free after it."""

    images_per_minute: int
    concurrent_tasks: int
    slot_seconds: int

    @property
    def starts_per_window(self) -> int:
        return max(1, math.ceil(self.images_per_minute * (1 - HEADROOM)))


@dataclass(frozen=True, slots=True)
class PermitWindow:
    """`starts`: starts by second; `running`: tasks in flight by the minute they were started in.

    Both keyed by Unix time, so that what is too old to matter falls out by itself.
    """

    starts: Mapping[int, int] = field(default_factory=dict)
    running: Mapping[int, int] = field(default_factory=dict)
    held_until: float = 0.0

    def take(self, now: float, limits: PermitLimits) -> tuple["PermitWindow", float]:
        """The window after the start and 0.0, or the same window and the seconds to wait."""
        window = self._without_the_past(now, limits)
        if window.held_until > now:
            return window, window.held_until - now
        if sum(window.running.values()) >= limits.concurrent_tasks:
            return window, CONCURRENCY_RETRY_SECONDS
        wait = window._until_rate_allows(now, limits)
        if wait > 0:
            return window, wait
        second, bucket = int(now), _bucket(now)
        return (
            replace(
                window,
                starts={**window.starts, second: window.starts.get(second, 0) + 1},
                running={**window.running, bucket: window.running.get(bucket, 0) + 1},
            ),
            0.0,
        )

    def give_back(self, taken_at: float) -> "PermitWindow":
        bucket = _bucket(taken_at)
        left = self.running.get(bucket, 0) - 1
        running = {minute: count for minute, count in self.running.items() if minute != bucket}
        return replace(self, running={**running, bucket: left} if left > 0 else running)

    def hold(self, until: float) -> "PermitWindow":
        return replace(self, held_until=max(self.held_until, until))

    def _until_rate_allows(self, now: float, limits: PermitLimits) -> float:
        """0.0, or the seconds until enough starts have left the window that slides behind `now`."""
        excess = sum(self.starts.values()) - limits.starts_per_window + 1
        for second in sorted(self.starts):
            if excess <= 0:
                break
            excess -= self.starts[second]
            if excess <= 0:
                return second + 1 + WINDOW_SECONDS - now
        return 0.0

    def _without_the_past(self, now: float, limits: PermitLimits) -> "PermitWindow":
        # A start counts until the whole second it was made in has left the window.
        starts = {s: n for s, n in self.starts.items() if s + 1 + WINDOW_SECONDS > now}
        oldest = now - limits.slot_seconds
        running = {m: n for m, n in self.running.items() if m + SLOT_BUCKET_SECONDS > oldest}
        return replace(self, starts=starts, running=running)


def _bucket(at: float) -> int:
    return int(at // SLOT_BUCKET_SECONDS) * SLOT_BUCKET_SECONDS
