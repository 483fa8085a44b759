"""Find what a crash or a lost message left behind: jobs and deliveries whose due time has passed."""

from collections.abc import Callable
from dataclasses import dataclass

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobChangedError, JobMessage, JobsTable, Queue, Telemetry

BATCH = 500


@dataclass(frozen=True, slots=True)
class Reconciler:
    jobs: JobsTable
    jobs_queue: Queue
    webhook_queue: Queue
    telemetry: Telemetry
    overdue_seconds: float
    clock: Callable[[], float]
    time_left: Callable[[], float]

    def reconcile(self) -> int:
        """Put overdue jobs and deliveries back on their queues, and say how many; the rest comes later."""
        taken_up = 0
        for key in self.jobs.overdue(self.clock(), BATCH):
            if self.time_left() < 5:
                break
            job = self.jobs.get(key.tenant, key.job_id)
            if job is not None and self._take_up(job):
                taken_up += 1
        self.telemetry.info("reconciled", taken_up=taken_up)
        return taken_up

    def _take_up(self, job: Job) -> bool:
        now = self.clock()
        if job.due_at is None or job.due_at > now:
            return False  # the index is a moment behind
        try:
            if not job.status.terminal:
                marked = self.jobs.save(job.new_chain().due(now + self.overdue_seconds))
                self.jobs_queue.send(JobMessage(job.tenant, job.id, chain=marked.chain))
            elif self._slot_is_held(job):
                self.jobs.save(job.due(now + self.overdue_seconds))
                self.jobs_queue.send(JobMessage(job.tenant, job.id))
            elif job.delivery.status is DeliveryStatus.PENDING:
                self.jobs.save(job.due(now + self.overdue_seconds))
                self.webhook_queue.send(JobMessage(job.tenant, job.id))
            else:
                self.jobs.save(job.due(None))
        except JobChangedError:
            return False  # somebody is at it
        return True

    @staticmethod
    def _slot_is_held(job: Job) -> bool:
        held = job.attempt is not None and job.attempt.permit_at is not None
        return job.status is JobStatus.CANCELLED and held
