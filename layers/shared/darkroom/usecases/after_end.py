"""A message for a job that has ended: tidy up after a cancel, deliver what a crash left undelivered."""

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobMessage
from darkroom.usecases.context import Poller
from darkroom.usecases.save import save_and_release
from darkroom.usecases.stop import ask_to_stop

_UNDELIVERED_SECONDS = 30.0
"""Within this time of the end its own worker is still at the first attempt."""


def after_end(poller: Poller, job: Job, message: JobMessage) -> None:
    del message  # the end has no next message
    if job.status is JobStatus.CANCELLED:
        job = _tidy_up(poller, job)
    pending = job.delivery.status is DeliveryStatus.PENDING and job.delivery.made == 0
    waited = poller.clock() - (job.finished_at or 0.0)
    if pending and (job.status is JobStatus.CANCELLED or waited > _UNDELIVERED_SECONDS):
        poller.deliverer.first_attempt(job, poller.time_left())


def _tidy_up(poller: Poller, job: Job) -> Job:
    """Tell upstream, and give the slot back: once, whoever comes first."""
    if job.slot_taken_at is None:
        return job
    if job.prediction_id is not None:
        ask_to_stop(poller, job, job.prediction_id)
    return save_and_release(poller, job, lambda current: current)
