"""Find what a crash or a lost message left behind: jobs and deliveries whose due time has passed, and
jobs that wait with nobody to release them."""

from collections.abc import Callable
from dataclasses import dataclass

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job
from darkroom.ports import (
    JobChangedError,
    JobKey,
    JobMessage,
    JobsTable,
    Queue,
    Telemetry,
    ThrottledError,
)
from darkroom.usecases.deliver import delivery_message
from darkroom.usecases.dispatch import Dispatcher

_PAGE = 500
_RESERVE_SECONDS = 15.0
"""Of its time, for the jobs that wait with nobody to release them."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    jobs: JobsTable
    jobs_queue: Queue
    webhook_queue: Queue
    dispatcher: Dispatcher
    telemetry: Telemetry
    overdue_seconds: float
    clock: Callable[[], float]
    time_left: Callable[[], float]

    def reconcile(self) -> int:
        """Put overdue jobs and deliveries back on their queues, and say how many; the rest comes later."""
        try:
            taken_up = self._take_up_overdue()
        finally:
            self.dispatcher.watch(self.time_left)
        self.telemetry.info("reconciled", taken_up=taken_up)
        return taken_up

    def _take_up_overdue(self) -> int:
        taken_up = 0
        for key in self.jobs.overdue(self.clock(), _PAGE):
            if self.time_left() < _RESERVE_SECONDS:
                break
            taken_up += self._reconciled(key)
        return taken_up

    def _reconciled(self, key: JobKey) -> bool:
        """One job that can't be read or sent must not stand in the way of all that are due after it."""
        try:
            job = self.jobs.get(key.tenant, key.job_id)
            return job is not None and self._take_up(job)
        except ThrottledError:
            raise
        except Exception as error:  # noqa: BLE001  # the outermost edge for this one job
            self.telemetry.count("ReconcileFailed", job_id=key.job_id, error=type(error).__name__)
            return False

    def _take_up(self, job: Job) -> bool:
        now = self.clock()
        if job.due_at is None or job.due_at > now:
            return False  # the index is a moment behind
        try:
            if not job.status.terminal:
                marked = self.jobs.save(job.new_chain().due(now + self.overdue_seconds))
                self.jobs_queue.send(JobMessage(job.tenant, job.id, chain=marked.chain))
            elif job.holds_slot:
                self.jobs.save(job.due(now + self.overdue_seconds))
                self.jobs_queue.send(JobMessage(job.tenant, job.id))
            elif job.delivery.status is DeliveryStatus.PENDING:
                self.jobs.save(job.due(now + self.overdue_seconds))
                self.webhook_queue.send(delivery_message(job))
            else:
                self.jobs.save(job.due(None))
        except JobChangedError:
            return False  # somebody is at it
        return True
