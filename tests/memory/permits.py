"""Upstream's permits in memory, by the same pure rules as the real ones."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from darkroom.jobs.backlog import Turns
from darkroom.jobs.gate import Admission, Gate, Released
from darkroom.jobs.permits import PermitLimits, PermitWindow
from memory.jobs_table import MemoryJobsTable

UNLIMITED = PermitLimits(images_per_minute=1_000_000, concurrent_tasks=1_000_000, slot_seconds=3600)

_Answer = TypeVar("_Answer")


class MemoryPermits:
    """`standing` may be read and set by a test. `jobs`: whose states a release is written to."""

    def __init__(self, limits: PermitLimits = UNLIMITED, jobs: MemoryJobsTable | None = None) -> None:
        self.limits = limits
        self.jobs = jobs or MemoryJobsTable()
        self.standing = Gate()
        self._lock = threading.Lock()

    @property
    def window(self) -> PermitWindow:
        return self.standing.window

    @property
    def running(self) -> int:
        """Slots that are taken."""
        return sum(self.window.running.values())

    def take(self, now: float) -> Admission:
        return self._change(lambda gate: gate.take(now, self.limits))

    def renew(self, taken_at: float, now: float) -> Admission:
        return self._change(lambda gate: gate.renew(taken_at, now, self.limits))

    def join(self, now: float) -> Admission:
        return self._change(lambda gate: gate.join(now))

    def give_back(self, taken_at: float, now: float, *, unused: bool = False) -> bool:
        self._change(lambda gate: (gate.give_back(taken_at, self.limits, unused=unused), None))
        return self.standing.may_release(now, self.limits)

    def hold(self, until: float, now: float) -> None:
        self._change(lambda gate: (gate.hold(until), None))

    def narrow(self, taken_at: float, until: float, now: float) -> None:
        self._change(lambda gate: (gate.hold(until).narrow(taken_at, now, self.limits), None))

    def gate(self, now: float) -> Gate:
        return self.standing

    def tick(self, beat: int, now: float) -> bool:
        return self._move(self.standing.tick(beat, now))

    def rest(self, beat: int, empty_at: float, now: float) -> bool:
        return self._move(self.standing.rest(beat, empty_at))

    def revive(self, now: float) -> int | None:
        return self._change(lambda gate: gate.revive(now))

    def release(self, turns: Turns, now: float, due_at: float) -> Released:
        with self._lock, self.jobs.lock:
            waiting = tuple(place for place in turns.places if self.jobs.waits_at(place))
            self.standing, released = self.standing.release(replace(turns, places=waiting), now, self.limits)
            for place in released.places:
                self.jobs.release(place, now, due_at)
            return replace(released, refused=tuple(p for p in turns.places if p not in waiting))

    def _change(self, apply: Callable[[Gate], tuple[Gate, _Answer]]) -> _Answer:
        with self._lock:
            self.standing, answer = apply(self.standing)
            return answer

    def _move(self, after: Gate | None) -> bool:
        if after is not None:
            self.standing = after
        return after is not None
