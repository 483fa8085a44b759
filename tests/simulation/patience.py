"""Once all faults have ended: how long a job may go on, and how long one may wait while there is
room for it."""

from collections.abc import Iterable

from darkroom.jobs.job import Job
from memory.permits import MemoryPermits
from simulation.world import World

ROOM_SECONDS = 150.0
"""A lost chain of ticks is found by the second run of the reconciler at the latest: two minutes, and
its lease."""
END_SECONDS = 1_500.0
"""After the deadline: a message of a killed worker is hidden for 720 s, and another may be so before it."""
_EACH_SECONDS = 5.0


class Patience:
    def __init__(self, world: World) -> None:
        self._world = world
        self._room_since: dict[str, float] = {}
        self._healed_at = world.scheduler.now

    def look(self) -> None:
        """Again and again, until all jobs have ended."""
        open_jobs = [job for job in self._world.table.all() if not job.status.terminal]
        for job in open_jobs:
            self._ends_in_time(job)
        for account, permits in self._world.accounts.permits.items():
            assert isinstance(permits, MemoryPermits)
            self._starts_in_time(account, permits, open_jobs)
        if open_jobs:
            self._world.scheduler.at(self._world.scheduler.now + _EACH_SECONDS, self.look)

    def _ends_in_time(self, job: Job) -> None:
        late = self._world.scheduler.now - max(self._healed_at, job.deadline_at)
        self._world.judge.require(late <= END_SECONDS, "an accepted job ends in time", job.id, job.status)

    def _starts_in_time(self, account: str, permits: MemoryPermits, open_jobs: Iterable[Job]) -> None:
        now = self._world.scheduler.now
        waits = any(job.waiting and job.upstream_account == account for job in open_jobs)
        if not waits or permits.window.room(now, permits.limits) == 0:
            self._room_since.pop(account, None)
            return
        waited = now - self._room_since.setdefault(account, now)
        self._world.judge.require(
            waited <= ROOM_SECONDS, "nobody waits where there is room", account, f"{waited:.0f} s"
        )
