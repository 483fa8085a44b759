"""Look at a task that upstream works on, and end the job when it has ended there."""

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job
from darkroom.jobs.looks import backoff_seconds
from darkroom.jobs.upstream import Prediction, Progress, UpstreamUnavailableError
from darkroom.pictures.errors import OutputGoneError, OutputRefusedError, OutputRetryError
from darkroom.ports import JobMessage
from darkroom.usecases.context import Poller
from darkroom.usecases.finish import finish
from darkroom.usecases.stop import ask_to_stop
from darkroom.usecases.store import store_outputs

LOST_SECONDS = 300.0
"""A GET straight after the submit may answer 404 for a moment (contract page); after this it is lost."""
_GONE_TRIES = 3
_FETCH_TRIES = 6
_FETCH_SECONDS = 60.0
_FETCH_MARGIN_SECONDS = 25.0
"""What a worker needs after the fetch: the terminal write and the webhook's first attempt."""


def look(poller: Poller, job: Job, message: JobMessage) -> None:
    assert job.prediction_id is not None  # a job in `processing` has its task's id
    try:
        prediction = poller.upstreams.of(job).result(job.prediction_id)
    except UpstreamUnavailableError as error:
        poller.telemetry.info("upstream_unavailable", job_id=job.id, reason=error.reason)
        _look_later(poller, job, message, at_least=error.retry_after_seconds or 0.0)
        return
    if prediction is None:
        _not_found(poller, job, message)
    elif prediction.progress is Progress.RUNNING:
        if not prediction.known_word:
            poller.telemetry.count("UnknownStatusWord", job_id=job.id, word=prediction.status_word)
        _look_later(poller, job, message)
    elif prediction.progress is Progress.FAILED:
        _failed(poller, job, prediction)
    else:
        _completed(poller, job, prediction, message)


def _not_found(poller: Poller, job: Job, message: JobMessage) -> None:
    if poller.clock() - (job.submitted_at or job.created_at) < LOST_SECONDS:
        _look_later(poller, job, message)
    else:
        _fail(
            poller,
            job,
            ErrorCode.UPSTREAM_LOST,
            "The upstream service no longer knows the task.",
            Billed.UNKNOWN,
        )


def _look_later(poller: Poller, job: Job, message: JobMessage, at_least: float = 0.0) -> None:
    """The next look, or the end where the time is up."""
    now, ends_at = poller.clock(), poller.ends_at(job)
    if now >= ends_at:
        _time_is_up(poller, job)
        return
    if message.chain is None:
        return  # from outside of the chain of looks, which goes on by itself
    delay = max(poller.look_times.next_seconds(job, now), at_least)
    poller.again(message, min(delay, ends_at - now), moved=True)


def _time_is_up(poller: Poller, job: Job) -> None:
    assert job.prediction_id is not None
    ask_to_stop(poller, job, job.prediction_id)
    if poller.clock() >= job.deadline_at:
        _fail(
            poller,
            job,
            ErrorCode.DEADLINE_EXCEEDED,
            f"The image was not ready within the job's deadline of {job.request.deadline_seconds} seconds.",
            Billed.UNKNOWN,
        )
    else:
        _fail(
            poller,
            job,
            ErrorCode.UPSTREAM_TIMEOUT,
            f"The upstream service took more than {poller.policy.upstream_timeout_seconds:.0f} seconds.",
            Billed.UNKNOWN,
        )


def _failed(poller: Poller, job: Job, prediction: Prediction) -> None:
    failure = prediction.failure or JobFailure(
        ErrorCode.UPSTREAM_FAILED, "The upstream service failed to generate the image."
    )
    # Upstream refunds what failed (contract page); what it does for a task cut short is unknown.
    billed = Billed.UNKNOWN if failure.code is ErrorCode.UPSTREAM_CANCELLED else Billed.NO
    finish(poller, job, lambda current: current.failed(failure, billed, poller.clock()))


def _completed(poller: Poller, job: Job, prediction: Prediction, message: JobMessage) -> None:
    seen_at = poller.clock()
    seconds = min(_FETCH_SECONDS, poller.time_left() - _FETCH_MARGIN_SECONDS)
    if seconds <= 0:
        poller.again(message, 0.0)
        return
    try:
        outputs = store_outputs(poller, job, prediction, seconds)
    except OutputRefusedError as error:
        _fail(
            poller, job, ErrorCode.OUTPUT_INVALID, f"The upstream's output was refused: {error}.", Billed.YES
        )
    except (OutputGoneError, OutputRetryError) as error:
        _fetch_later(poller, job, message, error)
    else:
        inference_ms = prediction.inference_ms
        ended = finish(poller, job, lambda current: current.completed(outputs, inference_ms, poller.clock()))
        if ended is not None and message.tries == 0:  # else it was seen to be done before
            called_back = message.chain is None
            poller.look_times.ended(job, inference_ms, seen_at, called_back=called_back)


def _fetch_later(
    poller: Poller, job: Job, message: JobMessage, error: OutputGoneError | OutputRetryError
) -> None:
    tries = _GONE_TRIES if isinstance(error, OutputGoneError) else _FETCH_TRIES
    if message.tries + 1 >= tries or poller.clock() >= poller.ends_at(job):
        text = f"The upstream finished, but its output could not be fetched: {error}."
        _fail(poller, job, ErrorCode.OUTPUT_UNAVAILABLE, text, Billed.YES)
        return
    poller.telemetry.info("fetch_failed", job_id=job.id, reason=str(error), tries=message.tries + 1)
    # A callback's message takes the fetch upon itself: the chain's next look may be far off.
    poller.again(
        message, backoff_seconds(message.tries, base=2.0, ceiling=60.0, jitter=poller.random.random())
    )


def _fail(poller: Poller, job: Job, code: ErrorCode, text: str, billed: Billed) -> None:
    failure = JobFailure(code, text)
    finish(poller, job, lambda current: current.failed(failure, billed, poller.clock()))
