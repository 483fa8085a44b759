"""Delete a job for its tenant: what runs is cancelled, and lists leave it out. Record and pictures stay."""

from dataclasses import dataclass

from darkroom.jobs.job import Job
from darkroom.ports import JobChangedError, JobsTable, ThrottledError
from darkroom.usecases.cancel import Canceller, JobEndedError

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Deleter:
    jobs: JobsTable
    canceller: Canceller

    def delete(self, tenant: str, job_id: str) -> Job | None:
        """The deleted job, None for an unknown one; again is harmless. Raises ThrottledError.

        The cancel stands by itself: a crash after it leaves a cancelled job, which can be deleted again.
        """
        job = self._ended(tenant, job_id)
        for _ in range(_TRIES):
            if job is None or job.deleted:
                return job
            try:
                return self.jobs.save(job.hidden())
            except JobChangedError as conflict:
                job = conflict.current
        raise ThrottledError("the job changes too fast")

    def _ended(self, tenant: str, job_id: str) -> Job | None:
        try:
            return self.canceller.cancel(tenant, job_id)
        except JobEndedError as ended:
            return ended.job
