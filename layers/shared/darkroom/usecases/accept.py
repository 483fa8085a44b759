"""Accept a request: one durable job, then one message. Every way in leads here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from darkroom.jobs.account import Account
from darkroom.jobs.ids import keyed_job_id, new_job_id
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.request import ImageRequest
from darkroom.ports import (
    IdTakenError,
    JobMessage,
    JobsTable,
    OtherTermsError,
    Prices,
    Queue,
    Telemetry,
    ThrottledError,
)


class IdempotencyConflictError(Exception):
    """The idempotency key was used before, with another body."""


class PriceUnknownError(Exception):
    """The tenant has a spend cap, and nobody knows what this model would take of it."""

    def __init__(self, model: str) -> None:
        super().__init__(f"the price of {model} is unknown")
        self.model = model


@dataclass(frozen=True, slots=True)
class Accepted:
    """`repeated`: the key's job was there already; nothing was written or sent."""

    job: Job
    repeated: bool


@dataclass(frozen=True, slots=True)
class Acceptor:
    jobs: JobsTable
    queue: Queue
    telemetry: Telemetry
    overdue_seconds: float
    clock: Callable[[], float]
    prices: Prices

    def accept(self, account: Account, request: ImageRequest, idempotency_key: str | None = None) -> Accepted:
        """As `accept_all`, for one."""
        return self.accept_all(account, [request], [idempotency_key])[0]

    def accept_all(
        self, account: Account, requests: Sequence[ImageRequest], idempotency_keys: Sequence[str | None]
    ) -> list[Accepted]:
        """All or none, in the requests' order; each has its own key or None.

        Raises IdempotencyConflictError, PriceUnknownError, BudgetExceededError and ThrottledError, with
        nothing accepted.
        """
        pairs = zip(requests, idempotency_keys, strict=True)
        jobs = [self._new_job(account, request, key) for request, key in pairs]
        try:
            jobs, stored = self._added(jobs)
        except IdTakenError as error:
            raise IdempotencyConflictError(error.job.id) from error
        for job, standing in zip(jobs, stored, strict=True):
            if standing is None:
                self._enqueue(job)
                self._report(job)
        return [
            Accepted(standing or job, repeated=standing is not None)
            for job, standing in zip(jobs, stored, strict=True)
        ]

    def _added(self, jobs: list[Job]) -> tuple[list[Job], list[Job | None]]:
        """As they are stored, and as `add_all` answers. A request that a crash left alone keeps its terms."""
        for _ in jobs:
            try:
                return jobs, self._standing(jobs) or self.jobs.add_all(jobs)
            except OtherTermsError as error:
                jobs = [replace(job, terms=error.terms) if job.id == error.job_id else job for job in jobs]
        return jobs, self._standing(jobs) or self.jobs.add_all(jobs)

    def _standing(self, jobs: Sequence[Job]) -> list[Job | None] | None:
        """None where the jobs may be added. A price that a cap needs and nobody knows stands in the way of
        new ones alone. Raises PriceUnknownError."""
        unknown = [job for job in jobs if job.terms.payers and job.price_microusd is None]
        if not unknown:
            return None
        stored = [self.jobs.get(job.tenant, job.id) for job in jobs]
        if None in stored:
            raise PriceUnknownError(unknown[0].request.model)
        for job, standing in zip(jobs, stored, strict=True):
            if standing is not None and standing.request.fingerprint != job.request.fingerprint:
                raise IdTakenError(standing)
        return stored

    def _new_job(self, account: Account, request: ImageRequest, idempotency_key: str | None) -> Job:
        now = self.clock()
        return Job(
            id=keyed_job_id(account.tenant, idempotency_key) if idempotency_key else new_job_id(self.clock),
            tenant=account.tenant,
            request=request,
            created_at=now,
            updated_at=now,
            terms=self._terms(account, request),
            due_at=now + self.overdue_seconds,
        )

    def _terms(self, account: Account, request: ImageRequest) -> Terms:
        return Terms(
            price_microusd=self.prices.price_microusd(request.model),
            payers=() if account.own_upstream_key else account.payers,
            own_upstream_key=account.own_upstream_key,
        )

    def _report(self, job: Job) -> None:
        """The prompt's hash and length stand for it: enough to find it again, and nothing to read."""
        self.telemetry.info(
            "accepted",
            job_id=job.id,
            tenant=job.tenant,
            model=job.request.model,
            prompt_hash=job.request.prompt_hash,
            prompt_characters=len(job.request.prompt),
        )

    def _enqueue(self, job: Job) -> None:
        # The job is durable and due: without its message the reconciler starts it, only later. An error
        # here would make the caller send it again, and pay twice.
        try:
            self.queue.send(JobMessage(job.tenant, job.id, chain=job.chain))
        except ThrottledError:
            self.telemetry.count("EnqueueFailed", job_id=job.id)
