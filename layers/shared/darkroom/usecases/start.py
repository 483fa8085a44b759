"""Start a job: take a permit, record the intent, make the paid POST, and record what came of it.

This is the one place that spends money. The rules are those of "at most one charge": the intent is
stored before the POST; a POST whose outcome is unknown is never made again.
"""

from dataclasses import dataclass, replace

from darkroom.jobs.catalogue import MAX_SEED, RANDOM_SEED
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.ids import new_attempt_id
from darkroom.jobs.job import Attempt, Billed, Job, JobStatus
from darkroom.jobs.looks import backoff_seconds, next_look_seconds, next_search_seconds
from darkroom.jobs.upstream import Ambiguous, Created, KeyRefused, NotCreated, Refused, SubmitOutcome
from darkroom.ports import JobChangedError, JobMessage, Upstream
from darkroom.usecases.charges import count_charge
from darkroom.usecases.context import SUBMIT_MARGIN_SECONDS, SUBMIT_SECONDS, Poller
from darkroom.usecases.finish import finish
from darkroom.usecases.save import save_and_release, save_move
from darkroom.usecases.stop import ask_to_stop

KEY_REFUSED_SECONDS = 60.0
"""How long nobody submits after upstream refused the key."""
THROTTLED_SECONDS = 5.0
"""How long nobody submits after a 429 that names no time of its own."""
LONGEST_HOLD_SECONDS = 60.0
"""Upstream's limits reset each minute (contract page): a longer Retry-After is asked again after this."""
_LONGEST_WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class _Post:
    """What the paid POST needs beside the job."""

    upstream: Upstream
    callback_url: str | None


def start(poller: Poller, job: Job, message: JobMessage) -> None:
    now = poller.clock()
    if now >= job.deadline_at:
        failure = JobFailure(
            ErrorCode.DEADLINE_EXCEEDED,
            "The job's deadline passed before upstream could be given the task: its limits were used up, or "
            f"it was out of reach or refused {'your' if job.terms.own_upstream_key else 'our'} key.",
        )
        finish(poller, job, lambda current: current.failed(failure, Billed.NO, now))
        return
    if poller.time_left() < SUBMIT_SECONDS + SUBMIT_MARGIN_SECONDS:
        poller.again(message, 0.0)
        return
    # All that can fail comes before the intent: a failure behind it leaves a doubt.
    key_version = poller.upstreams.current_version(job)
    attempt = Attempt(new_attempt_id(), now, _seed(poller, job), permit_at=now, key_version=key_version)
    intent = job.submitting(attempt)
    post = _Post(poller.upstreams.of(intent), poller.callback_url(intent))
    wait = poller.upstreams.permits(job).take(now)
    if wait > 0:
        _wait(poller, job, message, wait)
        return
    intended = _record_intent(poller, job, replace(attempt, started_at=poller.clock()))
    if intended is not None:
        _submit(poller, intended, post, message)


def _record_intent(poller: Poller, job: Job, attempt: Attempt) -> Job | None:
    """The job with its intent stored; None where somebody else has moved it meanwhile.

    Where it is unknown whether the intent was stored (ThrottledError) its slot is not given back: it may
    be the intent's.
    """
    try:
        return poller.jobs.save(job.submitting(attempt))
    except JobChangedError as conflict:
        if conflict.current is not None and conflict.current.attempt == attempt:
            return conflict.current  # our own write, whose reply was lost
        if attempt.permit_at is not None:
            poller.give_back(job, attempt.permit_at)
        return None


def _submit(poller: Poller, job: Job, post: _Post, message: JobMessage) -> None:
    assert job.attempt is not None  # the intent
    inputs = job.request.upstream_inputs(job.attempt.seed)
    outcome = post.upstream.submit(job.request.model, inputs, post.callback_url)
    poller.telemetry.info("submitted", job_id=job.id, outcome=type(outcome).__name__)
    match outcome:
        case Created(prediction_id):
            _created(poller, job, prediction_id, message)
        case Ambiguous(reason):
            _ambiguous(poller, job, reason, message)
        case Refused(failure):
            if (
                finish(poller, job, lambda current: current.failed(failure, Billed.NO, poller.clock()))
                is None
            ):
                _settle_if_cancelled(poller, poller.jobs.get(job.tenant, job.id))
        case NotCreated() | KeyRefused():
            _not_created(poller, job, outcome, message)


def _created(poller: Poller, job: Job, prediction_id: str, message: JobMessage) -> None:
    now = poller.clock()
    try:
        saved = save_move(poller.jobs, job, lambda current: current.processing(prediction_id, now))
    except JobChangedError as conflict:
        if conflict.current is None or not _adopted(poller, conflict.current, prediction_id):
            return
        saved = conflict.current
    delay = next_look_seconds(0.0, callbacks=poller.policy.callbacks)
    _go_on(poller, saved, message, delay)


def _go_on(poller: Poller, job: Job, message: JobMessage, delay_seconds: float) -> None:
    """The job's chain of looks, under the number that the reconciler may have given it meanwhile."""
    until_end = max(poller.ends_at(job) - poller.clock(), 0.0)
    poller.again(replace(message, chain=job.chain), min(delay_seconds, until_end), moved=True)


def _adopted(poller: Poller, current: Job, prediction_id: str) -> bool:
    """The job has moved during our POST: true where a callback has adopted the very task it created."""
    if current.status is JobStatus.CANCELLED:
        _cancelled_meanwhile(poller, current, prediction_id)
    elif current.prediction_id == prediction_id:
        return True
    else:
        metric = "DuplicateCharge" if current.prediction_id else "OrphanCharge"
        count_charge(poller.telemetry, metric, current, prediction_id=prediction_id)
    return False


def _cancelled_meanwhile(poller: Poller, current: Job, prediction_id: str) -> None:
    """Whoever cancelled did not know of the task: it is told to stop here, and its id is kept."""
    if current.prediction_id is None:
        ask_to_stop(poller, current, prediction_id)
        save_and_release(poller, current, lambda job: job.settled(Billed.UNKNOWN, prediction_id))


def _ambiguous(poller: Poller, job: Job, reason: str, message: JobMessage) -> None:
    count_charge(poller.telemetry, "AmbiguousCharge", job, reason=reason)
    try:
        saved = save_move(poller.jobs, job, lambda current: current.in_doubt(reason, poller.clock()))
    except JobChangedError as conflict:
        if conflict.current is None or conflict.current.status.terminal:
            return
        saved = conflict.current  # a callback has adopted the task: the chain of looks goes on all the same
    _go_on(poller, saved, message, next_search_seconds(0.0))


def _not_created(poller: Poller, job: Job, outcome: NotCreated | KeyRefused, message: JobMessage) -> None:
    now = poller.clock()
    delay = _pause(poller, job, outcome, message)
    try:
        saved = save_and_release(poller, job, lambda current: current.requeued(now))
    except JobChangedError as conflict:
        _settle_if_cancelled(poller, conflict.current)
        return
    again = replace(message, chain=saved.chain)
    poller.again(again, min(delay, max(job.deadline_at - now, 0.0)))


def _pause(poller: Poller, job: Job, outcome: SubmitOutcome, message: JobMessage) -> float:
    """Hold all submits with this key where upstream asked for it. Returns this job's own delay."""
    if isinstance(outcome, KeyRefused):
        # The operator's alarm is for the stack's key: a tenant's own is for the tenant to mend.
        metric = "OwnKeyRefused" if job.terms.own_upstream_key else "UpstreamRefused"
        poller.telemetry.count(metric, tenant=job.tenant, reason=outcome.reason)
        poller.hold(job, KEY_REFUSED_SECONDS)
        return KEY_REFUSED_SECONDS
    delay = backoff_seconds(message.tries, base=2.0, ceiling=60.0, jitter=poller.random.random())
    if isinstance(outcome, NotCreated):
        asked = min(outcome.retry_after_seconds or 0.0, LONGEST_HOLD_SECONDS)
        if outcome.throttled:
            poller.telemetry.count("UpstreamThrottled")
            poller.hold(job, asked or THROTTLED_SECONDS)
        delay = max(delay, asked)
    return delay


def _settle_if_cancelled(poller: Poller, current: Job | None) -> None:
    """Cancelled during a POST that surely created nothing: nothing was billed."""
    if current is not None and current.status is JobStatus.CANCELLED:
        save_and_release(poller, current, lambda job: job.settled(Billed.NO))


def _wait(poller: Poller, job: Job, message: JobMessage, wait: float) -> None:
    own = backoff_seconds(
        message.tries, base=1.0, ceiling=_LONGEST_WAIT_SECONDS, jitter=poller.random.random()
    )
    poller.again(message, min(max(wait, own), max(job.deadline_at - poller.clock(), 0.0)))


def _seed(poller: Poller, job: Job) -> int:
    """A random seed is drawn here and not by upstream: it makes the attempt's task recognisable."""
    return poller.random.randint(0, MAX_SEED) if job.request.seed == RANDOM_SEED else job.request.seed
