"""Watches every write of a job as it happens, and says which promise it breaks. What upstream is asked for is
watched by `judge_posts`, what is sent by `judge_sent`, and the end by `verdict`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from darkroom.jobs.delivery import Delivery, DeliveryStatus
from darkroom.jobs.gate import Line
from darkroom.jobs.job import TRANSITIONS, Attempt, Job, JobStatus
from darkroom.ports import JobKey
from darkroom.webhooks.schedule import BASE_DELAYS_SECONDS
from memory.images_bucket import MemoryImagesBucket
from simulation.faults import Faults
from simulation.scheduler import Scheduler, ViolationError
from simulation.upstream_tasks import UpstreamTask

_EARLY_SECONDS = 1.0
_JITTERED = 0.79
_TOLD_SECONDS = 5.0


@dataclass
class Judge:
    """`jobs`: as they were written last. `intents`: by the attempt's id, as they were written first. `made`:
    the tasks at upstream. `skew_seconds`: clocks are off by up to so much. `line_of`: an
    account's line as it stands."""

    scheduler: Scheduler
    faults: Faults
    bucket: MemoryImagesBucket
    jobs: dict[JobKey, Job] = field(default_factory=dict)
    intents: dict[str, tuple[JobKey, Attempt]] = field(default_factory=dict)
    made: dict[str, UpstreamTask] = field(default_factory=dict)
    line_of: Callable[[str], Line] = field(default=lambda account: Line())
    written_at: dict[JobKey, float] = field(default_factory=dict)
    _waits_since: dict[JobKey, float] = field(default_factory=dict)

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

    def waited_seconds(self, account: str) -> float:
        """How long a job waits by now, at the most, of those that wait for the account; 0.0 where the ticks
        may have been lost."""
        of_account = (
            key for key, job in self.jobs.items() if job.waiting and job.upstream_account == account
        )
        since = min((self._waits_since[key] for key in of_account), default=self.scheduler.now)
        return self.scheduler.now - since if self.faults.gentle else 0.0

    def job_written(self, before: Job | None, job: Job) -> None:
        self.jobs[JobKey(job.tenant, job.id)] = job
        self.written_at[JobKey(job.tenant, job.id)] = self.scheduler.now
        if before is None:
            self.require(job.status is JobStatus.QUEUED, "a new job is queued", job.id, job.status)
            return
        self._moved(before, job)
        if job.waiting and not before.waiting:
            self._waits_since[JobKey(job.tenant, job.id)] = self.scheduler.now
            self._joined(job)
        if job.attempt is not None and job.status is JobStatus.SUBMITTING:
            self.intents.setdefault(job.attempt.id, (JobKey(job.tenant, job.id), job.attempt))
        if job.prediction_id != before.prediction_id:
            self._task_known(job)
        if job.status is JobStatus.COMPLETED and before.status is not job.status:
            self._stored(job)
        if job.delivery.attempts != before.delivery.attempts:
            self._delivery_moved(before.delivery, job)

    def _joined(self, job: Job) -> None:
        line, now = self.line_of(job.upstream_account), self.scheduler.now
        told = line.closed or now - line.joined_at <= _TOLD_SECONDS
        self.require(told or not self.faults.gentle, "whoever waits has told the ticks", job.id)

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
            its_own = owner == JobKey(job.tenant, job.id)
            self.require(its_own, "a job's task is its own", job.id, job.prediction_id)

    def _stored(self, job: Job) -> None:
        self.require(bool(job.outputs), "a completed job has a picture", job.id)
        for output in job.outputs:
            found = self.bucket.objects.get(output.key)
            if found is None or found.sha256.hex() != output.sha256:
                self.fail("a completed job's picture is stored", job.id, output.key)
            else:
                its_own = (found.tenant, found.job_id) == (job.tenant, job.id)
                of_its_task = f"/{job.prediction_id}/".encode() in found.body
                self.require(its_own and of_its_task, "a job's picture is its own", job.id, output.key)

    def _delivery_moved(self, before: Delivery, job: Job) -> None:
        """An attempt was recorded: it came when it was planned, and the next one is as it should be."""
        now = job.delivery
        last = now.attempts[-1]
        self.require(job.status.terminal, "nothing is delivered before the end", job.id)
        if before.made > 0 and before.next_at is not None:
            early = before.next_at - last.at - 2 * self.skew_seconds
            self.require(early <= _EARLY_SECONDS, "a webhook keeps its schedule", job.id, early)
        if now.status is DeliveryStatus.PENDING and now.next_at is not None:
            pause = now.next_at - last.at
            shortest = BASE_DELAYS_SECONDS[now.made] * _JITTERED
            self.require(pause >= shortest, "a webhook's schedule grows", job.id, pause, shortest)
            self.require(last.status_code != 410, "a receiver that is gone is left in peace", job.id)
