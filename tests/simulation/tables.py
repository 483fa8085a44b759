"""The tables in memory, atomic where DynamoDB is and no more, with indexes that are late."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from darkroom.jobs.backlog import place_of
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.money import payers_of
from darkroom.jobs.request import ImageRequest
from darkroom.ports import IdTakenError, JobKey, OtherTermsError
from memory.budgets import MemoryBudgets
from memory.jobs_table import MemoryJobsTable
from simulation.boundary import Effects
from simulation.index import LateIndex
from simulation.judge import Judge


class Indexes:
    """by_due and by_backlog, with the accounts' lines in the former."""

    def __init__(self, effects: Effects) -> None:
        def lag() -> float:
            return effects.faults.up_to("index lag")

        def now() -> float:
            return effects.scheduler.now

        self.due: LateIndex[tuple[float, str, JobKey]] = LateIndex(now, lag)
        self.places: LateIndex[tuple[str, str]] = LateIndex(now, lag)
        self.lines: LateIndex[bool] = LateIndex(now, lag)

    def written(self, before: Job | None, job: Job) -> None:
        key = JobKey(job.tenant, job.id)
        if before is None or before.due_at != job.due_at:
            self.due.write(key, None if job.due_at is None else (job.due_at, job.id, key))
        if before is None or before.waiting != job.waiting:
            self.places.write(key, (job.upstream_account, place_of(job)) if job.waiting else None)


class JobsTable(MemoryJobsTable):
    """Without a price to book a job is two puts, its request and its state, with others in between."""

    def __init__(self, budgets: MemoryBudgets, effects: Effects, indexes: Indexes, judge: Judge) -> None:
        super().__init__(budgets)
        self._effects = effects
        self._indexes = indexes
        self._judge = judge
        self._requests: dict[JobKey, tuple[ImageRequest, Terms]] = {}

    def add_all(self, jobs: Sequence[Job]) -> list[Job | None]:
        if len(jobs) == 1 and not payers_of(jobs[0]):
            return [self._add_in_two(jobs[0])]
        for job in jobs:
            if self.get(job.tenant, job.id) is None:
                self._check_request(job)
        stored = super().add_all(jobs)
        for job in jobs:
            self._requests.setdefault(JobKey(job.tenant, job.id), (job.request, job.terms))
        return stored

    def overdue(self, now: float, page_size: int) -> Iterable[JobKey]:
        due = sorted(entry for entry in self._indexes.due.read().values() if entry[0] <= now)
        return [key for _, _, key in due]

    def _add_in_two(self, job: Job) -> Job | None:
        key = JobKey(job.tenant, job.id)
        if key not in self._requests:
            self._requests[key] = (job.request, job.terms)
            self._effects.after("jobs.add, the request")
        elif (standing := self._check_request(job)) is not None:
            return standing
        standing = self.get(job.tenant, job.id)
        return standing if standing is not None else super().add_all([job])[0]

    def _check_request(self, job: Job) -> Job | None:
        """The job that stands, where its request was taken on other terms."""
        request, terms = self._requests.get(JobKey(job.tenant, job.id), (job.request, job.terms))
        standing = self.get(job.tenant, job.id)
        if request.fingerprint != job.request.fingerprint:
            raise IdTakenError(standing or replace(job, request=request))
        if terms != job.terms and standing is None:
            raise OtherTermsError(job.id, terms)
        return standing if terms != job.terms else None

    def _put(self, job: Job) -> None:
        before = self.get(job.tenant, job.id)
        super()._put(job)
        self._indexes.written(before, job)
        self._judge.job_written(before, job)


class Backlog:
    """by_backlog, and the lines in by_due."""

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        return [place for place in self._places(account) if place > after][:limit]

    def count(self, account: str, most: int) -> int:
        return min(len(self._places(account)), most)

    def accounts(self) -> Sequence[str]:
        return [str(account) for account in self._indexes.lines.read()]

    def _places(self, account: str) -> Sequence[str]:
        return sorted(place for own, place in self._indexes.places.read().values() if own == account)
