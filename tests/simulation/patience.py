"""How long a job may go on, and how long one may wait while there is room for it: a little where nothing is
lost on the way, and where something may be, minutes from when all faults have ended."""

from collections.abc import Iterable

from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobKey
from memory.permits import MemoryPermits
from simulation.scheduler import START
from simulation.world import World

ROOM_SECONDS = 20.0
ROOM_SECONDS_HEALED = 150.0
"""A lost chain of ticks is found by the second run of the reconciler at the latest: two minutes, and its
lease."""
END_SECONDS = 240.0
"""After the deadline: for a POST on its way, and a finished picture's fetch that is tried again."""
END_SECONDS_HEALED = 1_500.0
"""After the deadline: a message of a killed worker is hidden for 720 s, and another may be so before it."""
QUIET_SECONDS = 75.0
"""The longest pause between two tries, and a little."""
_EACH_SECONDS = 5.0


class Patience:
    """`look` again and again, from the start on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._room_since: dict[str, float] = {}

    def look(self) -> None:
        now, healed_at = self._world.scheduler.now, START + self._world.plan.heals_at
        open_jobs = [job for job in self._world.table.all() if not job.status.terminal]
        if self._world.faults.gentle:
            self._judge(open_jobs, START, ROOM_SECONDS, END_SECONDS)
            self._nobody_is_forgotten(open_jobs)
        elif now > healed_at:
            self._judge(open_jobs, healed_at, ROOM_SECONDS_HEALED, END_SECONDS_HEALED)
        if open_jobs or now < healed_at:
            self._world.scheduler.at(now + _EACH_SECONDS, self.look)

    def _judge(self, open_jobs: Iterable[Job], since: float, room_seconds: float, end_seconds: float) -> None:
        now, require = self._world.scheduler.now, self._world.judge.require
        for job in open_jobs:
            deadline_at = job.created_at + job.request.deadline_seconds
            in_time = now - max(since, deadline_at) <= end_seconds
            require(in_time, "an accepted job ends in time", job.id, job.status)
        for account, permits in self._world.accounts.permits.items():
            assert isinstance(permits, MemoryPermits)
            waited = self._waited_with_room(account, permits, open_jobs)
            require(waited <= room_seconds, "nobody waits where there is room", account, f"{waited:.0f} s")

    def _nobody_is_forgotten(self, open_jobs: Iterable[Job]) -> None:
        """Long before the reconciler would find it."""
        judge, now = self._world.judge, self._world.scheduler.now
        for job in open_jobs:
            if job.status is JobStatus.QUEUED and not job.waiting:
                quiet = now - judge.written_at[JobKey(job.tenant, job.id)]
                judge.require(quiet <= QUIET_SECONDS, "a job on its way is not forgotten", job.id)

    def _waited_with_room(self, account: str, permits: MemoryPermits, open_jobs: Iterable[Job]) -> float:
        """Since the last of them was released."""
        now = self._world.scheduler.now
        waits = any(job.waiting and job.upstream_account == account for job in open_jobs)
        if not waits or permits.window.room(now, permits.limits) == 0:
            self._room_since.pop(account, None)
            return 0.0
        since = self._room_since.setdefault(account, now)
        return now - max(since, permits.standing.line.released_at)
