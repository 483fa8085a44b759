"""A submit that surely created nothing: upstream throttles, refuses our key, or could not be reached; or it
was not made at all.

The job is not at fault. It gives its slot back, and waits until there is a permit, or for its own next try.
"""

from dataclasses import replace

from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.looks import backoff_seconds
from darkroom.jobs.upstream import KeyRefused, NotCreated
from darkroom.ports import JobChangedError, JobMessage, ThrottledError
from darkroom.usecases.context import Poller
from darkroom.usecases.save import save_and_give_back, save_outcome
from darkroom.usecases.wait import wait_in_line

KEY_REFUSED_SECONDS = 60.0
"""How long nobody submits after upstream refused the key."""
THROTTLED_SECONDS = 1.0
"""How long nobody submits after a 429 that names no time of its own; what it narrows lasts longer."""
LONGEST_HOLD_SECONDS = 60.0
"""Upstream's limits reset each minute (contract page): a longer Retry-After is asked again after this."""


def not_created(poller: Poller, job: Job, outcome: NotCreated | KeyRefused, message: JobMessage) -> None:
    """Back to the queue. Where others could not start either, it waits with them; else it is tried again."""
    try:
        if not (_held(poller, job, outcome) and _waits_again(poller, job)):
            _try_again(poller, job, outcome, message)
    except JobChangedError as conflict:
        settle_if_cancelled(poller, conflict.current)


def not_sent(poller: Poller, job: Job, message: JobMessage) -> None:
    """The POST was not made, for its permit was no longer fresh or its worker had no time left.

    The job keeps the permit, as one that was released: its next message comes at once and renews it.
    """
    now, permit_at = poller.clock(), job.slot_taken_at
    assert permit_at is not None  # the intent's
    due_at = now + poller.policy.overdue_seconds
    poller.telemetry.info("not_sent", job_id=job.id)
    try:
        saved = save_outcome(poller, job, lambda current: current.requeued(now).released(permit_at, due_at))
    except JobChangedError as conflict:
        settle_if_cancelled(poller, conflict.current)
        return
    poller.again(replace(message, chain=saved.chain), 0.0)


def _held(poller: Poller, job: Job, outcome: NotCreated | KeyRefused) -> bool:
    """Whether upstream asked for fewer submits with this key, or for none: all are held then."""
    if isinstance(outcome, KeyRefused):
        # The operator's alarm is for the stack's key: a tenant's own is for the tenant to mend.
        metric = "OwnKeyRefused" if job.terms.own_upstream_key else "UpstreamRefused"
        poller.telemetry.count(metric, tenant=job.tenant, reason=outcome.reason)
        poller.hold(job, KEY_REFUSED_SECONDS)
        return True
    if outcome.throttled:
        poller.telemetry.count("UpstreamThrottled")
        started_at = job.attempt.started_at if job.attempt else poller.clock()
        poller.narrow(job, started_at, _asked_seconds(outcome) or THROTTLED_SECONDS)
    return outcome.throttled


def _waits_again(poller: Poller, job: Job) -> bool:
    """False where the line can't be joined. An error would leave the attempt in doubt that surely ended."""
    now = poller.clock()
    try:
        admission = poller.upstreams.permits(job.upstream_account).join(now)
    except ThrottledError:
        return False
    if admission.retry_seconds is not None:  # nothing was written: the line may be open
        return False
    wait_in_line(poller, job, admission, lambda current: current.requeued(now))
    return True


def _try_again(poller: Poller, job: Job, outcome: NotCreated | KeyRefused, message: JobMessage) -> None:
    now = poller.clock()
    own = backoff_seconds(message.tries, base=2.0, ceiling=60.0, jitter=poller.random.random())
    saved = save_and_give_back(poller, job, lambda current: current.requeued(now))
    delay = max(own, _asked_seconds(outcome))
    again = replace(message, chain=saved.chain)
    poller.again(again, min(delay, max(job.deadline_at - now, 0.0)))


def _asked_seconds(outcome: NotCreated | KeyRefused) -> float:
    asked = outcome.retry_after_seconds if isinstance(outcome, NotCreated) else None
    return min(asked or 0.0, LONGEST_HOLD_SECONDS)


def settle_if_cancelled(poller: Poller, current: Job | None) -> None:
    """Cancelled during a POST that surely created nothing: nothing was billed."""
    if current is not None and current.status is JobStatus.CANCELLED:
        save_and_give_back(poller, current, lambda job: job.settled(Billed.NO))
