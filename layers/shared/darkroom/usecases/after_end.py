"""A message for a job that has ended: tidy up after a cancel, deliver what a crash left undelivered."""

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobChangedError, JobMessage
from darkroom.usecases.context import Poller
from darkroom.usecases.finish import release_and_deliver
from darkroom.usecases.save import save_and_clear
from darkroom.usecases.stop import ask_to_stop

_UNDELIVERED_SECONDS = 30.0
"""Within this time of the end its own worker is still at the first attempt."""


def after_end(poller: Poller, job: Job, message: JobMessage) -> None:
    del message  # the end has no next message
    slot = None
    if job.status is JobStatus.CANCELLED:
        job, slot = _tidy_up(poller, job)
    pending = job.delivery.status is DeliveryStatus.PENDING and job.delivery.made == 0
    waited = poller.clock() - (job.finished_at or 0.0)
    deliver = pending and (job.status is JobStatus.CANCELLED or waited > _UNDELIVERED_SECONDS)
    release_and_deliver(poller, job, slot, deliver=deliver)


def _tidy_up(poller: Poller, job: Job) -> tuple[Job, float | None]:
    """Tell upstream, and find the slot to give back: once, whoever comes first."""
    if job.slot_taken_at is None:
        return job, None
    if job.prediction_id is not None:
        ask_to_stop(poller, job, job.prediction_id)
    try:
        return save_and_clear(poller, job, lambda current: current)
    except JobChangedError as conflict:  # another message's worker was first
        return conflict.current or job, None
