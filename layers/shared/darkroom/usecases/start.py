"""Start a job: take a permit, or wait for one; record the intent, make the paid POST, record what came of it.

This is the one place that spends money. The rules are those of "at most one charge": the intent is
stored before the POST; a POST whose outcome is unknown is never made again.
"""

from dataclasses import dataclass, replace

from darkroom.jobs.catalogue import MAX_SEED, RANDOM_SEED
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.ids import new_attempt_id
from darkroom.jobs.job import Attempt, Billed, Job, JobStatus
from darkroom.jobs.looks import next_search_seconds
from darkroom.jobs.upstream import Ambiguous, Created, KeyRefused, NotCreated, Refused
from darkroom.ports import JobChangedError, JobMessage, Upstream
from darkroom.usecases.charges import count_charge
from darkroom.usecases.context import SUBMIT_MARGIN_SECONDS, SUBMIT_SECONDS, Poller
from darkroom.usecases.finish import finish
from darkroom.usecases.fresh_permit import fresh_permit
from darkroom.usecases.not_created import not_created, not_sent, settle_if_cancelled
from darkroom.usecases.save import save_and_give_back, save_move, save_outcome
from darkroom.usecases.stop import ask_to_stop
from darkroom.usecases.wait import keep_ticking

_INTENT_SECONDS = 0.5
"""What a fresh permit leaves of the second between it and the POST."""
_SAVE_SECONDS = 5.0
"""Needed behind the POST at least, to keep what came of it."""


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
    if job.waiting:
        keep_ticking(poller, job)
        return
    if poller.time_left() < SUBMIT_SECONDS + SUBMIT_MARGIN_SECONDS:
        poller.again(message, 0.0)
        return
    # All that can fail comes before the intent: a failure behind it leaves a doubt.
    key_version = poller.upstreams.current_version(job)
    attempt = Attempt(new_attempt_id(), now, _seed(poller, job), permit_at=now, key_version=key_version)
    intent = job.submitting(attempt)
    post = _Post(poller.upstreams.of(intent), poller.callback_url(intent))
    permit_at = fresh_permit(poller, job, message)  # last, so that it is fresh
    if permit_at is None:
        return
    attempt = replace(attempt, permit_at=permit_at, started_at=poller.clock())
    intended = _record_intent(poller, job, attempt)
    if intended is None:
        return
    if _too_late(poller, attempt):
        not_sent(poller, intended, message)
    else:
        _submit(poller, intended, post, message)


def _too_late(poller: Poller, attempt: Attempt) -> bool:
    """The intent took so long that the permit has aged, or the worker may be stopped during the POST."""
    stored_seconds = poller.clock() - attempt.started_at
    return stored_seconds > _INTENT_SECONDS or poller.time_left() < SUBMIT_SECONDS + _SAVE_SECONDS


def _record_intent(poller: Poller, job: Job, attempt: Attempt) -> Job | None:
    """The job with its intent stored; None where somebody else has moved it meanwhile.

    Where it is unknown whether the intent was stored (ThrottledError) its slot is not given back: it may
    be the intent's.
    """
    try:
        return poller.jobs.save(job.submitting(attempt))
    except JobChangedError as conflict:
        current = conflict.current
        if current is not None and current.attempt is not None and current.attempt.id == attempt.id:
            return _own_intent(poller, current, attempt)
        if attempt.permit_at is not None and job.permit_at is None:
            poller.give_back(job, attempt.permit_at)  # one that came with the job goes with the job
        return None


def _own_intent(poller: Poller, current: Job, attempt: Attempt) -> Job | None:
    """Our own write, whose reply was lost. Somebody may have moved the job since: its slot is the job's."""
    if current.status is JobStatus.SUBMITTING and current.attempt == attempt:
        return current
    settle_if_cancelled(poller, current)
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
                settle_if_cancelled(poller, poller.jobs.get(job.tenant, job.id))
        case NotCreated() | KeyRefused():
            not_created(poller, job, outcome, message)


def _created(poller: Poller, job: Job, prediction_id: str, message: JobMessage) -> None:
    now = poller.clock()
    try:
        saved = save_outcome(poller, job, lambda current: current.processing(prediction_id, now))
    except JobChangedError as conflict:
        if conflict.current is None or not _adopted(poller, conflict.current, prediction_id):
            return
        saved = conflict.current
    _go_on(poller, saved, message, poller.look_times.next_seconds(saved, now))


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
        save_and_give_back(poller, current, lambda job: job.settled(Billed.UNKNOWN, prediction_id))


def _ambiguous(poller: Poller, job: Job, reason: str, message: JobMessage) -> None:
    count_charge(poller.telemetry, "AmbiguousCharge", job, reason=reason)
    try:
        saved = save_move(poller.jobs, job, lambda current: current.in_doubt(reason, poller.clock()))
    except JobChangedError as conflict:
        if conflict.current is None or conflict.current.status.terminal:
            return
        saved = conflict.current  # a callback has adopted the task: the chain of looks goes on all the same
    _go_on(poller, saved, message, next_search_seconds(0.0))


def _seed(poller: Poller, job: Job) -> int:
    """A random seed is drawn here and not by upstream: it makes the attempt's task recognisable."""
    return poller.random.randint(0, MAX_SEED) if job.request.seed == RANDOM_SEED else job.request.seed
