"""Deliver again what a receiver has missed: the events since a time, a bounded page of them a call."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job
from darkroom.jobs.rules import MAX_DEADLINE_SECONDS
from darkroom.ports import JobsFilter, JobsTable
from darkroom.usecases.deliver import Deliverer

_LONGEST_LIFE_SECONDS = MAX_DEADLINE_SECONDS + 3600
"""Jobs are listed by when they were created; an event is as old as its job's end."""
_JOBS_AT_ONCE = 25
_MOST_JOBS = 100
_MOST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class ReplayedPage:
    """`replayed`: new rounds that were begun. `cursor`: where the next call goes on; None: that was all."""

    replayed: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Replayer:
    jobs: JobsTable
    deliverer: Deliverer
    clock: Callable[[], float]

    def replay(
        self,
        tenant: str,
        since: float,
        statuses: Collection[DeliveryStatus],
        cursor: str | None,
        idempotency_key: str | None,
    ) -> ReplayedPage:
        """The events of jobs that ended at `since` (Unix seconds) or later, the newest jobs first.

        A repeat with the same key, or of what has not been attempted since, begins no second round. Raises
        ValueError for a cursor that this tenant was not given, ThrottledError; a part may be done then.
        """
        wanted = JobsFilter(created_after=since - _LONGEST_LIFE_SECONDS)
        ends_at = self.clock() + _MOST_SECONDS
        replayed = looked_at = 0
        while True:
            page = self.jobs.list(tenant, wanted, _JOBS_AT_ONCE, cursor)
            meant = [job for job in page.jobs if _is_meant(job, since, statuses)]
            replayed += sum(self._begins_a_round(job, idempotency_key) for job in meant)
            looked_at, cursor = looked_at + len(page.jobs), page.cursor
            if cursor is None or looked_at >= _MOST_JOBS or self.clock() >= ends_at:
                return ReplayedPage(replayed, cursor)

    def _begins_a_round(self, job: Job, idempotency_key: str | None) -> bool:
        replay = self.deliverer.replay(job.tenant, job.id, idempotency_key)
        return replay is not None and not replay.repeated


def _is_meant(job: Job, since: float, statuses: Collection[DeliveryStatus]) -> bool:
    ended_at = job.finished_at
    return ended_at is not None and ended_at >= since and job.delivery.status in statuses
