"""Cancel a job that has not ended. The poller then tells upstream and delivers the event."""

from collections.abc import Callable
from dataclasses import dataclass

from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobChangedError, JobMessage, JobsTable, Queue, Telemetry, ThrottledError

_TRIES = 5


class JobEndedError(Exception):
    """It has completed or failed: there is nothing left to cancel."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"the job is {job.status}")
        self.job = job


@dataclass(frozen=True, slots=True)
class Canceller:
    jobs: JobsTable
    queue: Queue
    telemetry: Telemetry
    overdue_seconds: float
    clock: Callable[[], float]

    def cancel(self, tenant: str, job_id: str) -> Job | None:
        """The cancelled job, None for an unknown one; again is harmless.

        Raises JobEndedError, ThrottledError.
        """
        job = self.jobs.get(tenant, job_id)
        for _ in range(_TRIES):
            if job is None or job.status is JobStatus.CANCELLED:
                return job
            if job.status.terminal:
                raise JobEndedError(job)
            now = self.clock()
            try:
                # Due at all events: the slot and the webhook must not hang on this one message.
                cancelled = self.jobs.save(job.cancelled(now).due(now + self.overdue_seconds))
            except JobChangedError as conflict:
                job = conflict.current
                continue
            self._enqueue(cancelled)
            return cancelled
        raise ThrottledError("the job changes too fast")

    def _enqueue(self, job: Job) -> None:
        try:
            self.queue.send(JobMessage(job.tenant, job.id))
        except ThrottledError:
            self.telemetry.count("EnqueueFailed", job_id=job.id)
