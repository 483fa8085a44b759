"""A job that can't start goes into its upstream account's backlog; its release sends its next message."""

from collections.abc import Callable

from darkroom.jobs.gate import Admission
from darkroom.jobs.job import Job
from darkroom.ports import JobMessage, ThrottledError
from darkroom.usecases.context import Poller
from darkroom.usecases.save import save_and_give_back

_SLOW_SECONDS = 2.0
_LONGEST_DELAY_SECONDS = 900.0
"""SQS's cap. A deadline further away is kept by the reconciler, within a minute; of many at once each round
ends as many as it has time for."""


def wait_in_line(poller: Poller, job: Job, admission: Admission, move: Callable[[Job], Job]) -> None:
    """`move` leads to a job that is queued, or is one that stays so. Raises JobChangedError, ThrottledError.

    The line is closed before the job is in the index: whoever then finds the index empty has not seen the
    last of it, and the ticks go on for some seconds.
    """
    joined_at = poller.clock()
    poller.dispatcher.begin(job.upstream_account, admission.beat)
    save_and_give_back(poller, job, lambda current: move(current).wait())
    if poller.clock() - joined_at > _SLOW_SECONDS:
        keep_ticking(poller, job)
    until_deadline = job.deadline_at - poller.clock()
    if until_deadline <= _LONGEST_DELAY_SECONDS:
        poller.queue.send(JobMessage(job.tenant, job.id), max(until_deadline, 0.0))


def keep_ticking(poller: Poller, job: Job) -> None:
    """The job waits: there must be ticks. Raises ThrottledError where they could not be told."""
    admission = poller.upstreams.permits(job.upstream_account).join(poller.clock())
    if admission.retry_seconds is not None:
        raise ThrottledError("others are at the gate")
    poller.dispatcher.begin(job.upstream_account, admission.beat)
