"""The backlog in memory: read from the jobs themselves, in the order that the index would give."""

from collections.abc import Sequence

from memory.jobs_table import MemoryJobsTable
from memory.permits import MemoryPermits


class MemoryBacklog:
    """`permits` by account, which know of their chains of ticks."""

    def __init__(self, jobs: MemoryJobsTable, permits: dict[str, MemoryPermits]) -> None:
        self._jobs = jobs
        self._permits = permits

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        return [place for place in self._jobs.places(account) if place > after][:limit]

    def count(self, account: str, most: int, *, first: str = " ", last: str = "~") -> int:
        return min(sum(first <= place <= last for place in self._jobs.places(account)), most)

    def accounts(self) -> Sequence[str]:
        return [
            account
            for account, permits in self._permits.items()
            if permits.standing.line.alive_until is not None
        ]
