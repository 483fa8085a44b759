"""The open calls in memory. Revisions are counted, so that a run repeats exactly."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from darkroom.jobs.joins import OpenCall, is_joinable


class MemoryJoins:
    def __init__(self) -> None:
        self._calls: dict[str, OpenCall] = {}
        self._revisions = 0
        self._lock = threading.Lock()

    def add(self, call: OpenCall) -> OpenCall:
        with self._lock:
            return self._put(call)

    def save(self, call: OpenCall) -> OpenCall | None:
        with self._lock:
            standing = self._calls.get(call.group)
            if standing is None or standing.revision != call.revision:
                return None
            return self._put(call)

    def joinable(self, tenant: str, fingerprint: str, now: float) -> Sequence[OpenCall]:
        with self._lock:
            calls = tuple(self._calls.values())
        found = [
            call
            for call in calls
            if (call.tenant, call.fingerprint) == (tenant, fingerprint) and is_joinable(call, now)
        ]
        return sorted(found, key=lambda call: (int(call.started_at * 1000), call.group), reverse=True)

    def all(self) -> tuple[OpenCall, ...]:
        """For assertions, in the order they were opened."""
        return tuple(self._calls.values())

    def _put(self, call: OpenCall) -> OpenCall:
        self._revisions += 1
        self._calls[call.group] = replace(call, revision=f"r{self._revisions}")
        return self._calls[call.group]
