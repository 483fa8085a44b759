"""Watches every effect as it happens, and says which promise it breaks. What can only be judged at the
end is in `verdict`."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from darkroom.jobs.delivery import Delivery
from darkroom.jobs.ids import event_id
from darkroom.jobs.job import TRANSITIONS, Attempt, Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import WebhookFormat
from darkroom.ports import JobKey, JobMessage, Tick
from darkroom.webhooks.standard_webhooks import sign
from memory.images_bucket import MemoryImagesBucket
from simulation.faults import Faults
from simulation.scheduler import START, Scheduler, ViolationError
from simulation.upstream_task import UpstreamTask

LATE_SECONDS = 0.7
"""So much later than its intent a POST may come: with the half second that the permit may be older, the
window is 61.2 s long for it."""
_EARLY_SECONDS = 1.0
MOST_MESSAGES = 800
"""For one job."""


@dataclass
class Judge:
    scheduler: Scheduler
    faults: Faults
    secrets: Mapping[str, str]
    limits: PermitLimits
    bucket: MemoryImagesBucket
    jobs: dict[JobKey, Job] = field(default_factory=dict)
    made: dict[str, UpstreamTask] = field(default_factory=dict)
    intents: dict[str, tuple[JobKey, Attempt]] = field(default_factory=dict)
    posts: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    ticks: int = 0
    bodies: dict[str, bytes] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    """Events that a receiver has answered with a 2xx, by the job's id."""
    _starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.skew_seconds = self.faults.most("clock skew")

    def fail(self, promise: str, *about: object) -> None:
        text = ", ".join(str(each) for each in about)
        self.scheduler.note("VIOLATION", promise, text)
        raise ViolationError(f"{promise}: {text}" if about else promise)

    def require(self, holds: bool, promise: str, *about: object) -> None:
        if not holds:
            self.fail(promise, *about)

    def unexpected(self, error: Exception) -> None:
        self.scheduler.note("VIOLATION", "an error that nobody expects", error)
        raise ViolationError(f"an error that nobody expects: {error!r}") from error

    # The jobs table

    def job_written(self, before: Job | None, job: Job) -> None:
        self.jobs[JobKey(job.tenant, job.id)] = job
        if before is None:
            self.require(job.status is JobStatus.QUEUED, "a new job is queued", job.id, job.status)
            return
        self._moved(before, job)
        if job.attempt is not None and job.status is JobStatus.SUBMITTING:
            self.intents.setdefault(job.attempt.id, (JobKey(job.tenant, job.id), job.attempt))
        if job.prediction_id != before.prediction_id:
            self._task_known(job)
        if job.status is JobStatus.COMPLETED and before.status is not job.status:
            self._stored(job)
        if job.delivery != before.delivery:
            self._delivery_moved(before.delivery, job)

    def _moved(self, before: Job, job: Job) -> None:
        if before.status.terminal:
            same = (before.status, before.finished_at, before.outputs, before.failure)
            now = (job.status, job.finished_at, job.outputs, job.failure)
            self.require(same == now, "a job ends once", job.id, before.status, job.status)
        elif job.status is not before.status:
            self.require(job.status in TRANSITIONS[before.status], "only allowed moves", job.id, job.status)
        self.require(
            (job.request, job.terms, job.created_at) == (before.request, before.terms, before.created_at),
            "what was accepted stays as it is",
            job.id,
        )

    def _task_known(self, job: Job) -> None:
        made = self.made.get(job.prediction_id or "")
        if made is None:
            self.fail("a job's task is one that upstream made", job.id, job.prediction_id)
        else:
            owner, _ = self.intents[made.attempt_id]
            self.require(
                owner == JobKey(job.tenant, job.id), "a job's task is its own", job.id, job.prediction_id
            )

    def _stored(self, job: Job) -> None:
        self.require(bool(job.outputs), "a completed job has a picture", job.id)
        for output in job.outputs:
            found = self.bucket.objects.get(output.key)
            if found is None or found.sha256.hex() != output.sha256:
                self.fail("a completed job's picture is stored", job.id, output.key)
            else:
                self.require(
                    (found.tenant, found.job_id) == (job.tenant, job.id)
                    and f"/{job.prediction_id}/".encode() in found.body,
                    "a job's picture is its own",
                    job.id,
                    output.key,
                )

    def _delivery_moved(self, before: Delivery, job: Job) -> None:
        now = job.delivery
        self.require(job.status.terminal, "nothing is delivered before the end", job.id)
        if now.made == before.made + 1 and before.made > 0 and before.next_at is not None:
            early = before.next_at - now.attempts[-1].at - 2 * self.skew_seconds
            self.require(early <= _EARLY_SECONDS, "a webhook keeps its schedule", job.id, early)

    # Upstream

    def about_to_post(self, job: Job) -> None:
        """The current task's next POST is for this attempt."""
        assert self.scheduler.current is not None
        self.scheduler.current.memory["attempt"] = job.attempt

    def attempt_id(self) -> str:
        assert self.scheduler.current is not None
        return str(self.scheduler.current.memory["attempt"].id)

    def posted(self, account: str) -> None:
        attempt_id, now = self.attempt_id(), self.scheduler.now
        self.posts[attempt_id] += 1
        self.require(self.posts[attempt_id] == 1, "at most one POST for an attempt", attempt_id)
        self.require(attempt_id in self.intents, "the intent is stored before the POST", attempt_id)
        self._within_rate(account, self.intents[attempt_id][1], now)

    def _within_rate(self, account: str, attempt: Attempt, now: float) -> None:
        """With clocks that differ by twice the skew, a POST's permit is known by as much."""
        assert self.scheduler.current is not None
        self.require(attempt.permit_at is not None, "no POST without a permit", attempt.id)
        late = now - attempt.started_at
        held_up = self.scheduler.current.memory.get("held up", 0.0)
        self.require(
            late - held_up <= LATE_SECONDS + self.skew_seconds, "a POST comes soon after its intent", late
        )
        if late > LATE_SECONDS:
            return
        starts, window = self._starts[account], 60.0 - 3 * self.skew_seconds
        starts.append(now)
        within = sum(at > now - window for at in starts)
        self.require(
            within <= self.limits.images_per_minute, "each window within the limit", within, f"in {window} s"
        )

    def created(self, made: UpstreamTask) -> None:
        self.made[made.id] = made
        key, _ = self.intents[made.attempt_id]
        tasks = [each for each in self.made.values() if self.intents[each.attempt_id][0] == key]
        self.require(len(tasks) == 1, "at most one charge for a job", key.job_id)
        running = [each for each in self.made.values() if each.account == made.account and self._counts(each)]
        self.require(len(running) <= self.limits.concurrent_tasks, "in flight within the limit", len(running))

    def _counts(self, made: UpstreamTask) -> bool:
        """It runs, and its job still holds the slot: one that was given up may go on at upstream."""
        key, attempt = self.intents[made.attempt_id]
        job, now = self.jobs[key], self.scheduler.now
        held = job.attempt is not None and job.attempt.id == attempt.id and job.slot_taken_at is not None
        fresh = now - attempt.started_at < self.limits.slot_seconds - 2 * self.skew_seconds
        return held and fresh and made.running(now)

    # Messages

    def message_sent(self, message: JobMessage | Tick) -> None:
        if isinstance(message, Tick):
            self.ticks += 1
            seconds = self.scheduler.now - START
            self.require(self.ticks <= 100 + 3 * seconds, "ticks are few", self.ticks)
            return
        self.messages[message.job_id] += 1
        self.require(self.messages[message.job_id] <= MOST_MESSAGES, "messages are few", message.job_id)

    def dead_letter(self, body: object, healthy: bool) -> None:
        self.scheduler.note("dead letter", body)
        self.require(not healthy, "no healthy message ends in the dead-letter queue", body)

    # Webhooks

    def webhook_received(self, url: str, headers: Mapping[str, str], body: bytes, status: int) -> None:
        tenant, name = url.rpartition("/")[2], headers["webhook-id"]
        job = self.jobs.get(JobKey(tenant, "job_" + name.removeprefix("evt_")))
        if job is None:
            self.fail("a webhook tells its own tenant of its own job, under one id", url, name)
            return
        self.require(job.status.terminal and event_id(job.id) == name, "a webhook tells of an end", name)
        self.require(self.bodies.setdefault(name, body) == body, "an event has one body", name)
        if job.request.webhook_format is WebhookFormat.EVENT:
            expected = sign([self.secrets[tenant]], name, int(headers["webhook-timestamp"]), body)
            self.require(headers["webhook-signature"] == expected, "a webhook is signed for its tenant", name)
        self.taken[job.id] += status == 200
