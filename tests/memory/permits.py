"""Upstream's permits in memory, by the same pure rules as the real ones."""

import threading

from darkroom.jobs.permits import PermitLimits, PermitWindow

UNLIMITED = PermitLimits(images_per_minute=1_000_000, concurrent_tasks=1_000_000, slot_seconds=3600)


class MemoryPermits:
    """`window` may be read and set by a test."""

    def __init__(self, limits: PermitLimits = UNLIMITED) -> None:
        self.window = PermitWindow()
        self._limits = limits
        self._lock = threading.Lock()

    @property
    def running(self) -> int:
        """Slots that are taken."""
        return sum(self.window.running.values())

    def take(self, now: float) -> float:
        with self._lock:
            self.window, wait = self.window.take(now, self._limits)
            return wait

    def give_back(self, taken_at: float, now: float) -> None:
        with self._lock:
            self.window = self.window.give_back(taken_at)

    def hold(self, until: float, now: float) -> None:
        with self._lock:
            self.window = self.window.hold(until)
