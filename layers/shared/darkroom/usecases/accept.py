"""Accept a request: one durable job, then one message. Every way in leads here."""

from collections.abc import Callable
from dataclasses import dataclass

from darkroom.jobs.account import Account
from darkroom.jobs.catalogue import find_model
from darkroom.jobs.ids import keyed_job_id, new_job_id
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.request import ImageRequest
from darkroom.ports import JobMessage, JobsTable, Queue, Telemetry, ThrottledError


class IdempotencyConflictError(Exception):
    """The idempotency key was used before, with another body."""


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

    def accept(self, account: Account, request: ImageRequest, idempotency_key: str | None = None) -> Accepted:
        """Raises IdempotencyConflictError, and ThrottledError with nothing accepted."""
        job = self._new_job(account, request, idempotency_key)
        stored = self.jobs.add(job)
        if stored is None:
            self._enqueue(job)
            self._report(job)
            return Accepted(job, repeated=False)
        if stored.request.fingerprint != request.fingerprint:
            raise IdempotencyConflictError(stored.id)
        return Accepted(stored, repeated=True)

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
        model = find_model(request.model)
        return Terms(
            price_microusd=model.price_microusd if model else None,
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
