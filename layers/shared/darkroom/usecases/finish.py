"""End a job: one terminal write, the permit's slot back, the webhook's first attempt at once."""

from collections.abc import Callable
from functools import partial

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobChangedError
from darkroom.usecases.context import Poller
from darkroom.usecases.save import save_and_clear

_DELIVERY_MARGIN_SECONDS = 30.0


def finish(poller: Poller, job: Job, end: Callable[[Job], Job]) -> Job | None:
    """`end` makes the terminal move. None where the job has moved otherwise: nothing more is done then."""
    try:
        ended, slot = save_and_clear(poller, job, lambda current: _due_for_delivery(poller, end(current)))
    except JobChangedError:
        return None
    _report(poller, ended)
    release_and_deliver(poller, ended, slot, deliver=ended.delivery.status is DeliveryStatus.PENDING)
    return ended


def release_and_deliver(poller: Poller, job: Job, slot_taken_at: float | None, *, deliver: bool) -> None:
    """At once: neither the receiver nor those that wait for the slot wait for the other.

    One that has ended without an attempt holds the slot of a permit that it was released with in vain.
    """
    give_back = partial(poller.give_back, job, slot_taken_at, unused=job.attempt is None)
    if not deliver:
        give_back()
        return
    with poller.beside(give_back):
        poller.deliverer.first_attempt(job, poller.time_left())


def _due_for_delivery(poller: Poller, ended: Job) -> Job:
    """Due until the delivery is done. A due time well ahead stays: to move it costs two index writes."""
    if ended.delivery.status is DeliveryStatus.NONE:
        return ended.due(None)
    now = poller.clock()
    if ended.due_at is not None and ended.due_at > now + _DELIVERY_MARGIN_SECONDS:
        return ended
    return ended.due(now + poller.policy.overdue_seconds)


def _report(poller: Poller, job: Job) -> None:
    seconds = round((job.finished_at or job.created_at) - job.created_at, 3)
    if job.status is JobStatus.COMPLETED:
        poller.telemetry.info("completed", job_id=job.id, model=job.request.model, seconds=seconds)
    elif job.failure is not None:
        poller.telemetry.count(
            "JobFailed", job_id=job.id, model=job.request.model, error_code=job.failure.code, seconds=seconds
        )
