"""Deliver a job's event to its webhook: one attempt now, the rest on a schedule. At least once.

What it carries and how it is signed is the formats' affair; its id and body are the same for every attempt.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from darkroom.jobs.delivery import Delivery, DeliveryAttempt, DeliveryStatus
from darkroom.jobs.job import Job
from darkroom.ports import (
    JobChangedError,
    JobMessage,
    JobsTable,
    Queue,
    Telemetry,
    ThrottledError,
    WebhookSecrets,
)
from darkroom.usecases.slow_lane import QUICK_ATTEMPT_SECONDS, SLOW_ATTEMPT_SECONDS, SlowLane
from darkroom.webhooks.formats import WebhookFormats
from darkroom.webhooks.schedule import next_delay_seconds
from darkroom.webhooks.sender import DeliveryResult

_MARGIN_SECONDS = 3.0
_EARLY_SECONDS = 1.0


class Sender(Protocol):
    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, deadline_seconds: float
    ) -> DeliveryResult:
        """One POST. Never raises for what the receiver or the network does."""


@dataclass(frozen=True, slots=True)
class Replay:
    """`repeated`: this idempotency key had asked for it before."""

    job: Job
    repeated: bool


@dataclass(frozen=True, slots=True)
class Deliverer:
    jobs: JobsTable
    queue: Queue
    sender: Sender
    secrets: WebhookSecrets
    telemetry: Telemetry
    formats: WebhookFormats
    overdue_seconds: float
    clock: Callable[[], float]
    random: random.Random
    slow_lane: SlowLane

    def first_attempt(self, job: Job, time_left: float) -> None:
        """At once, from the worker that ended the job, if it has the time and nobody is kept waiting."""
        if time_left < QUICK_ATTEMPT_SECONDS + _MARGIN_SECONDS or self._is_slow(job):
            self._queue_for(job).send(delivery_message(job))
        else:
            self._attempt(job, QUICK_ATTEMPT_SECONDS)

    def deliver(self, message: JobMessage, *, in_slow_lane: bool = False) -> None:
        """For a message of the WebhookQueue: attempt if it is time, else wait on (SQS caps a delay).

        A message names the attempt that it stands for; one whose attempt was made is a duplicate and ends.
        """
        job = self.jobs.get(message.tenant, message.job_id)
        if job is None or job.delivery.status is not DeliveryStatus.PENDING:
            return
        if message != delivery_message(job):
            return
        wait = (job.delivery.next_at or 0.0) - self.clock()
        if wait > _EARLY_SECONDS or (self._is_slow(job) and not in_slow_lane):
            self._queue_for(job).send(message, max(wait, 0.0))
        else:
            self._attempt(job, SLOW_ATTEMPT_SECONDS if in_slow_lane else QUICK_ATTEMPT_SECONDS)

    def replay(self, tenant: str, job_id: str, idempotency_key: str | None = None) -> Replay | None:
        """Deliver the job's event again, in a new round of attempts; None for an unknown job.

        A repeat with the same key starts none. Raises DeliveryError where there is no event (yet),
        ThrottledError.
        """
        job = self.jobs.get(tenant, job_id)
        if job is None:
            return None
        now, before = self.clock(), job.delivery
        delivery = before.replayed(now, idempotency_key)
        if delivery != before:
            due_at = job.due_at if before.is_on_its_way else now + self.overdue_seconds
            try:
                job = self.jobs.save(job.deliver(delivery).due(due_at))
            except JobChangedError as conflict:
                raise ThrottledError("the job changes too fast") from conflict
        if delivery.planned != before.planned:
            self._send_round(job)
        return Replay(job, before.was_replayed_with(idempotency_key))

    def _send_round(self, job: Job) -> None:
        try:
            self.queue.send(delivery_message(job))
        except ThrottledError:
            # It is stored and due: the reconciler sends it
            self.telemetry.count("EnqueueFailed", job_id=job.id)

    def _is_slow(self, job: Job) -> bool:
        return self.slow_lane.is_for(job, self.clock())

    def _queue_for(self, job: Job) -> Queue:
        return self.slow_lane.queue if self._is_slow(job) else self.queue

    def _attempt(self, job: Job, deadline_seconds: float) -> None:
        assert job.request.webhook_url is not None  # a pending delivery has its URL
        started = self.clock()
        secrets = self.secrets.secrets(job.tenant)
        if secrets:
            body = self.formats.body(job)
            headers = self.formats.headers(job, int(started), body, secrets)
            url = job.request.webhook_url
            result = self.sender.send(url, headers, body, deadline_seconds=deadline_seconds)
            self.slow_lane.receivers.note(job.tenant, url, result.duration_ms / 1000, self.clock())
        else:
            self.telemetry.count("WebhookSecretMissing", tenant=job.tenant)
            result = DeliveryResult(ok=False, error="secret_missing")
        self._record(job, result, started)

    def _record(self, job: Job, result: DeliveryResult, started: float) -> None:
        attempt = DeliveryAttempt(
            at=round(started, 3),
            duration_ms=result.duration_ms,
            status_code=result.status_code,
            error=result.error,
            detail=result.detail,
            response_hash=result.response_sha256_8,
        )
        delivery = self._after(job, result, attempt)
        saved = self._save(job, delivery)
        if saved is None:
            return  # another worker has recorded an attempt of its own, and schedules what follows
        if delivery.status is DeliveryStatus.PENDING and delivery.next_at is not None:
            self._queue_for(saved).send(delivery_message(saved), delivery.next_at - self.clock())
        elif delivery.status is DeliveryStatus.EXHAUSTED:
            self.telemetry.count("WebhookExhausted", job_id=job.id, status_code=result.status_code)

    def _after(self, job: Job, result: DeliveryResult, attempt: DeliveryAttempt) -> Delivery:
        if result.ok:
            return job.delivery.delivered(attempt)
        delay = next_delay_seconds(
            job.delivery.made + 1,
            jitter=self.random.random(),
            retry_after_seconds=result.retry_after_seconds,
        )
        if result.gone or delay is None:
            return job.delivery.exhausted(attempt)
        return job.delivery.to_try_again(attempt, self.clock() + delay)

    def _save(self, job: Job, delivery: Delivery) -> Job | None:
        due_at = None if delivery.next_at is None else delivery.next_at + self.overdue_seconds
        current: Job | None = job
        while current is not None and current.delivery.planned == job.delivery.planned:
            try:
                # A cancelled job whose slot is still held stays due: the reconciler sees to it.
                kept = due_at or (current.due_at if current.holds_slot else None)
                made = replace(delivery, replays=current.delivery.replays)
                return self.jobs.save(current.deliver(made).due(kept))
            except JobChangedError as conflict:
                current = conflict.current
        return None


def delivery_message(job: Job) -> JobMessage:
    """For the WebhookQueue. It names the attempt that it stands for: by the count of those before it, and by
    the time it was planned for, which tells the rounds of a replay apart (`chain`, in milliseconds)."""
    planned_ms = round((job.delivery.next_at or 0.0) * 1000)
    return JobMessage(job.tenant, job.id, tries=job.delivery.made, chain=planned_ms)
