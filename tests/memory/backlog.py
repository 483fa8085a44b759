"""The backlog in memory: read from the jobs themselves, in the order that the index would give."""

from collections.abc import Callable, Sequence

from memory.clock import FakeClock
from memory.jobs_table import MemoryJobsTable
from memory.permits import MemoryPermits


class MemoryBacklog:
    """`permits` by account, which know who is watched."""

    def __init__(self, jobs: MemoryJobsTable, permits: dict[str, MemoryPermits]) -> None:
        self._jobs = jobs
        self._permits = permits

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        return [place for place in self.places(account) if place > after][:limit]

    def count(self, account: str, most: int) -> int:
        return min(len(self.places(account)), most)

    def accounts(self) -> Sequence[str]:
        return [account for account, permits in self._permits.items() if permits.standing.line.watched]

    def places(self, account: str) -> Sequence[str]:
        """All that are shown."""
        return self._jobs.places(account)


class LateBacklog(MemoryBacklog):
    """Shows each job that comes or goes `lag_seconds()` later, a place's own changes in their order."""

    def __init__(
        self,
        jobs: MemoryJobsTable,
        permits: dict[str, MemoryPermits],
        clock: FakeClock,
        lag_seconds: Callable[[], float],
    ) -> None:
        super().__init__(jobs, permits)
        self.lag_seconds = lag_seconds
        self._clock = clock
        self._coming: dict[tuple[str, str], list[tuple[float, bool]]] = {}
        self._shown: dict[str, set[str]] = {}
        jobs.on_place = self._changed

    def places(self, account: str) -> Sequence[str]:
        shown = self._shown.setdefault(account, set())
        for (of, place), changes in list(self._coming.items()):
            while of == account and changes and changes[0][0] <= self._clock():
                _, waits = changes.pop(0)
                (shown.add if waits else shown.discard)(place)
            if not changes:
                del self._coming[of, place]
        return sorted(shown)

    def _changed(self, account: str, place: str, waits: bool) -> None:
        changes = self._coming.setdefault((account, place), [])
        seen_at = self._clock() + self.lag_seconds()
        changes.append((max(seen_at, changes[-1][0]) if changes else seen_at, waits))
