"""The jobs table in memory. Revisions are counted, so that a run repeats exactly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from darkroom.jobs.backlog import place_of
from darkroom.jobs.job import Job
from darkroom.jobs.money import Change, booking_change, booking_of, payers_of
from darkroom.ports import BudgetExceededError, IdTakenError, JobChangedError, JobKey, JobsFilter, JobsPage
from memory.budgets import MemoryBudgets


class MemoryJobsTable:
    def __init__(self, budgets: MemoryBudgets | None = None) -> None:
        self.budgets = budgets or MemoryBudgets()
        self._jobs: dict[JobKey, Job] = {}
        self._waiting: dict[str, dict[str, JobKey]] = {}
        self._sorted: dict[str, Sequence[str]] = {}
        self._revisions = 0
        self.lock = self.budgets.lock
        self.on_place: Callable[[str, str, bool], None] = lambda account, place, waits: None
        """Called where a job begins, or ceases, to wait at its place."""

    def add(self, job: Job) -> Job | None:
        return self.add_all([job])[0]

    def add_all(self, jobs: Sequence[Job]) -> list[Job | None]:
        with self.lock:
            stored = [self._jobs.get(_key(job)) for job in jobs]
            for job, standing in zip(jobs, stored, strict=True):
                if standing is not None and standing.request.fingerprint != job.request.fingerprint:
                    raise IdTakenError(standing)
            new = [job for job, standing in zip(jobs, stored, strict=True) if standing is None]
            self._reserve(new)
            for job in new:
                self._put(replace(job, revision=self._new_revision(), booked=booking_of(job)))
            return stored

    def get(self, tenant: str, job_id: str) -> Job | None:
        return self._jobs.get(JobKey(tenant, job_id))

    def save(self, job: Job) -> Job:
        """As in the real one the request and its price are written once and stay as they were accepted."""
        with self.lock:
            stored = self._jobs.get(_key(job))
            if stored is None or stored.revision != job.revision:
                raise JobChangedError(stored)
            saved = replace(job, revision=self._new_revision(), booked=booking_of(job))
            for payer in payers_of(job):
                self.budgets.book(payer, booking_change(job))
            self._put(replace(saved, request=stored.request, terms=stored.terms))
            return saved

    def list(self, tenant: str, wanted: JobsFilter, limit: int, cursor: str | None) -> JobsPage:
        after = _read_cursor(tenant, cursor)
        found = sorted(
            (
                job
                for job in self._jobs.values()
                if job.tenant == tenant and wanted.matches(job) and _in_time(job, wanted)
            ),
            key=_order,
            reverse=True,
        )
        found = [job for job in found if after is None or _order(job) < after]
        page = tuple(found[:limit])
        more = len(found) > limit
        return JobsPage(page, _cursor(page[-1]) if more else None)

    def overdue(self, now: float, page_size: int) -> Iterable[JobKey]:
        due = [(job.due_at, job) for job in self._jobs.values() if job.due_at is not None]
        due = sorted((pair for pair in due if pair[0] <= now), key=lambda pair: (pair[0], pair[1].id))
        return [_key(job) for _, job in due]

    def places(self, account: str) -> Sequence[str]:
        """Of the jobs that wait, as the index by_backlog has them."""
        if account not in self._sorted:
            self._sorted[account] = sorted(self._waiting.get(account, ()))
        return self._sorted[account]

    def waits_at(self, place: str) -> bool:
        return any(place in waiting for waiting in self._waiting.values())

    def release(self, place: str, permit_at: float, due_at: float) -> None:
        """As the transaction of a release does: without having read the job."""
        [key] = [waiting[place] for waiting in self._waiting.values() if place in waiting]
        self._put(replace(self._jobs[key].released(permit_at, due_at), revision=self._new_revision()))

    def all(self) -> tuple[Job, ...]:
        """For assertions, in the order the jobs were added."""
        return tuple(self._jobs.values())

    def _put(self, job: Job) -> None:
        account, place = job.upstream_account, place_of(job)
        waiting = self._waiting.setdefault(account, {})
        if job.waiting != (place in waiting):
            self._sorted.pop(account, None)
            self.on_place(account, place, job.waiting)
            if job.waiting:
                waiting[place] = _key(job)
            else:
                del waiting[place]
        self._jobs[_key(job)] = job

    def _reserve(self, jobs: Sequence[Job]) -> None:
        sums: dict[str, int] = {}
        for job in jobs:
            for payer in payers_of(job):
                sums[payer] = sums.get(payer, 0) + (job.price_microusd or 0)
        for payer, needed in sums.items():
            if not self.budgets.suffices(payer, needed):
                raise BudgetExceededError(payer, self.budgets.read(payer))
        for payer, needed in sums.items():
            self.budgets.book(payer, Change(reserved=needed))

    def _new_revision(self) -> str:
        self._revisions += 1
        return f"r{self._revisions}"


def _key(job: Job) -> JobKey:
    return JobKey(job.tenant, job.id)


def _order(job: Job) -> tuple[int, str]:
    return int(job.created_at * 1000), job.id


def _in_time(job: Job, wanted: JobsFilter) -> bool:
    created_ms, _ = _order(job)
    return (wanted.created_after is None or created_ms > int(wanted.created_after * 1000)) and (
        wanted.created_before is None or created_ms < int(wanted.created_before * 1000)
    )


def _cursor(job: Job) -> str:
    return f"{job.tenant}/{_order(job)[0]}/{job.id}"


def _read_cursor(tenant: str, cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    owner, _, place = cursor.partition("/")
    created_ms, _, job_id = place.partition("/")
    if owner != tenant or not created_ms.isdigit():
        raise ValueError("not a cursor of this tenant's")
    return int(created_ms), job_id
