"""Upstream's callback: adopt the task it names, and have the job looked at now.

The callback says only that there is something to see: what counts is read from upstream by id. It may
come before the submit's own reply is stored, twice, late, or for a job that has ended.
"""

from collections.abc import Callable
from dataclasses import dataclass

from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.ports import JobChangedError, JobMessage, JobsTable, Queue, Telemetry
from darkroom.usecases.charges import count_charge

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Adopter:
    jobs: JobsTable
    queue: Queue
    telemetry: Telemetry
    clock: Callable[[], float]

    def adopt(self, tenant: str, job_id: str, attempt_id: str, prediction_id: str) -> None:
        """Harmless as often as it comes. Raises ThrottledError, JobChangedError: let upstream call again."""
        job = self.jobs.get(tenant, job_id)
        if job is None:
            self.telemetry.count("UnknownJob", job_id=job_id)
            return
        if job.status is JobStatus.SUBMITTING and job.attempt and job.attempt.id == attempt_id:
            job = self._take(job, prediction_id)
        if job.attempt is None or job.attempt.id != attempt_id or job.prediction_id != prediction_id:
            self._not_ours(job, attempt_id, prediction_id)
        elif not job.status.terminal:
            self.queue.send(JobMessage(tenant, job_id))

    def _take(self, job: Job, prediction_id: str) -> Job:
        for _ in range(_TRIES):
            try:
                return self.jobs.save(job.processing(prediction_id, self.clock()))
            except JobChangedError as conflict:
                current = conflict.current
                if current is None or current.status is not JobStatus.SUBMITTING:
                    return current or job
                job = current
        raise JobChangedError(job)

    def _not_ours(self, job: Job, attempt_id: str, prediction_id: str) -> None:
        """A task that no job counts on: somebody pays for it, so a person must hear of it."""
        same_attempt = job.attempt is not None and job.attempt.id == attempt_id
        metric = "DuplicateCharge" if same_attempt and job.prediction_id else "OrphanCharge"
        count_charge(self.telemetry, metric, job, prediction_id=prediction_id)
        if same_attempt and job.status.terminal and job.prediction_id is None:
            self.jobs.save(job.settled(Billed.YES, prediction_id))
