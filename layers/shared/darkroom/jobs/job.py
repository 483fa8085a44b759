"""The job and its life, as data: states, the table of transitions, and moves that have names.

A `Job` is frozen; a move returns the next one or raises `TransitionError`. That only one writer's
move counts is the store's task (`JobsTable.save`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from darkroom.jobs.booking import Booking
from darkroom.jobs.delivery import Delivery, DeliveryStatus
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.request import ImageRequest

STACKS_ACCOUNT = "default"
"""The upstream account of the stack's own key."""


class JobStatus(StrEnum):
    QUEUED = "queued"
    SUBMITTING = "submitting"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        return not TRANSITIONS[self]


TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = MappingProxyType(
    {
        JobStatus.QUEUED: frozenset({JobStatus.SUBMITTING, JobStatus.FAILED, JobStatus.CANCELLED}),
        # Back to queued only where upstream surely created nothing.
        JobStatus.SUBMITTING: frozenset(
            {JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.FAILED, JobStatus.CANCELLED}
        ),
        JobStatus.PROCESSING: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
        JobStatus.COMPLETED: frozenset(),
        JobStatus.FAILED: frozenset(),
        JobStatus.CANCELLED: frozenset(),
    }
)


class Billed(StrEnum):
    """Whether upstream charged for the job. UNKNOWN is shown as such and never guessed."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class TransitionError(Exception):
    """A move that the table of transitions does not have."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One paid POST: recorded before it is made, so that a crash leaves a trace of the intent."""

    id: str
    started_at: float
    seed: int
    permit_at: float | None
    """When its permit was taken; None once the slot was given back ahead of the end."""
    ambiguous: str | None = None
    """Why it is unknown whether upstream has a task for it."""
    key_version: str | None = None
    """Which version of the tenant's own upstream key it was made with; None: the stack's key."""


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """A picture in the images bucket."""

    key: str
    content_type: str
    width: int
    height: int
    size_bytes: int
    sha256: str
    nsfw: bool | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the job was accepted on: written once, with the request.

    `payers`: the tenants with a spend cap in whose budgets the price is booked.
    `own_upstream_key`: it runs on the tenant's own upstream key, and costs us nothing.
    """

    price_microusd: int | None
    payers: tuple[str, ...] = ()
    own_upstream_key: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Times are Unix seconds. `revision` is what the store read, `chain` the job's chain of looks."""

    id: str
    tenant: str
    request: ImageRequest
    created_at: float
    updated_at: float
    terms: Terms
    status: JobStatus = JobStatus.QUEUED
    revision: str = ""
    due_at: float | None = None
    chain: int = 0
    waiting: bool = False
    """It stands in the backlog of its upstream account until it is released."""
    permit_at: float | None = None
    """When the permit was taken that it was released with; its attempt takes it over."""
    attempt: Attempt | None = None
    prediction_id: str | None = None
    submitted_at: float | None = None
    finished_at: float | None = None
    inference_ms: int | None = None
    outputs: tuple[StoredOutput, ...] = ()
    failure: JobFailure | None = None
    billed: Billed = Billed.NO
    billed_at_end: Billed | None = None
    """What was known of the charge when the job ended, whatever `settled` has added since."""
    delivery: Delivery = field(default_factory=Delivery)
    deleted: bool = False
    """The tenant has deleted it on a surface that can: lists leave it out. The record itself is kept."""
    booked: Booking | None = None
    """How the price stands with its payers (`money.py`); only the jobs table writes it."""

    @property
    def price_microusd(self) -> int | None:
        """None: unknown, never zero."""
        return self.terms.price_microusd

    @property
    def upstream_account(self) -> str:
        """Whose limits it counts against: those of the stack's key, or of its tenant's own."""
        # With the prefix: `default` could be a tenant too
        return f"tenant/{self.tenant}" if self.terms.own_upstream_key else STACKS_ACCOUNT

    @property
    def deadline_at(self) -> float:
        return self.created_at + self.request.deadline_seconds

    @property
    def holds_slot(self) -> bool:
        """Ended, but it still counts against the concurrent tasks: only a cancel leaves that."""
        return self.status.terminal and self.slot_taken_at is not None

    @property
    def slot_taken_at(self) -> float | None:
        """When the permit was taken by which it counts against the concurrent tasks."""
        return self.attempt.permit_at if self.attempt else self.permit_at

    def submitting(self, attempt: Attempt) -> "Job":
        """The intent: stored before the paid POST is made."""
        return self._move(
            JobStatus.SUBMITTING, attempt.started_at, attempt=attempt, waiting=False, permit_at=None
        )

    def requeued(self, now: float) -> "Job":
        """Upstream surely created nothing: the attempt is forgotten."""
        return self._move(JobStatus.QUEUED, now, attempt=None)

    def wait(self) -> "Job":
        """Into the backlog, until it is released, or its deadline passes."""
        self._require_queued()
        return replace(self, waiting=True, due_at=self.deadline_at)

    def released(self, permit_at: float, due_at: float) -> "Job":
        """Out of the backlog, with a permit. Due, should its message or worker be lost."""
        self._require_queued()
        return replace(self, waiting=False, permit_at=permit_at, due_at=due_at)

    def in_doubt(self, reason: str, now: float) -> "Job":
        """It is unknown whether the attempt created a task. Keeps the state, and with it the permit."""
        if self.status is not JobStatus.SUBMITTING or self.attempt is None:
            raise TransitionError(f"{self.status} has no attempt to be in doubt about")
        return replace(
            self, attempt=replace(self.attempt, ambiguous=reason), billed=Billed.UNKNOWN, updated_at=now
        )

    def processing(self, prediction_id: str, now: float) -> "Job":
        """Upstream's task is known, from the POST's reply, a callback or upstream's list."""
        return self._move(
            JobStatus.PROCESSING, now, prediction_id=prediction_id, submitted_at=now, billed=Billed.YES
        )

    def completed(self, outputs: tuple[StoredOutput, ...], inference_ms: int | None, now: float) -> "Job":
        return self._end(JobStatus.COMPLETED, now, Billed.YES, outputs=outputs, inference_ms=inference_ms)

    def failed(self, failure: JobFailure, billed: Billed, now: float) -> "Job":
        return self._end(JobStatus.FAILED, now, billed, failure=failure)

    def cancelled(self, now: float) -> "Job":
        """Nothing is billed for a job that waits; what upstream bills for a task cut short is unknown."""
        billed = Billed.NO if self.status is JobStatus.QUEUED else Billed.UNKNOWN
        failure = JobFailure(ErrorCode.CANCELLED, "The job was cancelled.")
        return self._end(JobStatus.CANCELLED, now, billed, failure=failure)

    def settled(self, billed: Billed, prediction_id: str | None = None) -> "Job":
        """What became known of the charge after the end. The state stays as it is."""
        if not self.status.terminal:
            raise TransitionError(f"{self.status} is not the end")
        return replace(self, billed=billed, prediction_id=prediction_id or self.prediction_id)

    def hidden(self) -> "Job":
        """Deleted by its tenant, in whatever state it is."""
        return replace(self, deleted=True)

    def slot_given_back(self) -> "Job":
        """It counts no longer against the concurrent tasks."""
        attempt = self.attempt and replace(self.attempt, permit_at=None)
        return replace(self, attempt=attempt, permit_at=None)

    def deliver(self, delivery: Delivery) -> "Job":
        """The webhook has moved on; the job itself stays as it is."""
        return replace(self, delivery=delivery, updated_at=max(self.updated_at, delivery.last_at))

    def due(self, at: float | None) -> "Job":
        """When the reconciler takes the job up if nobody has moved it by then; None: never."""
        return replace(self, due_at=at)

    def new_chain(self) -> "Job":
        return replace(self, chain=self.chain + 1)

    def _move(self, status: JobStatus, now: float, **changes: Any) -> "Job":
        if status not in TRANSITIONS[self.status]:
            raise TransitionError(f"{self.status} can't become {status}")
        return replace(self, status=status, updated_at=now, **changes)

    def _end(self, status: JobStatus, now: float, billed: Billed, **changes: Any) -> "Job":
        wanted = self.request.webhook_url is not None
        delivery = Delivery(DeliveryStatus.PENDING, next_at=now) if wanted else Delivery()
        known = {"billed": billed, "billed_at_end": billed, "waiting": False}
        return self._move(status, now, finished_at=now, delivery=delivery, **known, **changes)

    def _require_queued(self) -> None:
        if self.status is not JobStatus.QUEUED:
            raise TransitionError(f"{self.status} is past all waiting")
