"""A permit for a job that starts now: taken, or the one that it was released with; fresh in either case."""

from contextlib import suppress

from darkroom.jobs.gate import Admission
from darkroom.jobs.job import Job
from darkroom.ports import JobChangedError, JobMessage, Permits, ThrottledError
from darkroom.usecases.context import Poller
from darkroom.usecases.wait import wait_in_line

FRESH_SECONDS = 0.5
"""A permit taken longer ago is renewed: the window leaves room for a second between it and the POST."""
_RENEWALS = 4


def fresh_permit(poller: Poller, job: Job, message: JobMessage) -> float | None:
    """When the slot was taken of a permit that is fresh. None: it has none now; it waits, or asks again.

    Raises ThrottledError.
    """
    permits = poller.upstreams.permits(job.upstream_account)
    taken_at = poller.clock() if job.permit_at is None else job.permit_at
    taken = permits.take(taken_at) if job.permit_at is None else Admission(True)
    try:
        admission = _kept_fresh(poller, permits, taken_at) if taken.granted else taken
    except ThrottledError:
        if job.permit_at is None:
            poller.give_back(job, taken_at)
        raise
    if admission.granted:
        return taken_at
    if taken.granted and job.permit_at is None:
        poller.give_back(job, taken_at)  # nobody else knows of it
    if admission.retry_seconds is not None:
        poller.again(message, admission.retry_seconds)
    else:
        with suppress(JobChangedError):  # somebody else is at it
            wait_in_line(poller, job, admission, lambda current: current)
    return None


def _kept_fresh(poller: Poller, permits: Permits, taken_at: float) -> Admission:
    """To ask for a permit may itself take longer than it stays fresh: so not for ever."""
    for _ in range(_RENEWALS):
        now = poller.clock()
        if now - taken_at <= FRESH_SECONDS:
            return Admission(True)
        admission = permits.renew(taken_at, now)
        if not admission.granted:
            return admission
        taken_at = now
    return Admission(False, retry_seconds=1.0)
