"""Resolve an attempt whose outcome is unknown: find its task, or give it up at a deadline.

Never submits. The callback is the first way to find the task (`adopt.py`); this is the second:
upstream's list. A task is adopted from there only if it can be no other job's: it must carry the
seed that was drawn for this very attempt, and be the only one that does.
"""

from darkroom.jobs.catalogue import RANDOM_SEED
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job
from darkroom.jobs.looks import next_search_seconds
from darkroom.jobs.upstream import Prediction, UpstreamUnavailableError
from darkroom.ports import JobChangedError, JobMessage
from darkroom.usecases.charges import count_charge
from darkroom.usecases.context import SUBMIT_MARGIN_SECONDS, SUBMIT_SECONDS, Poller
from darkroom.usecases.finish import finish

_CLOCK_SKEW_SECONDS = 60.0


def resolve_doubt(poller: Poller, job: Job, message: JobMessage) -> None:
    attempt, now = job.attempt, poller.clock()
    assert attempt is not None  # a job in `submitting` has its intent
    if attempt.ambiguous is None and now < attempt.started_at + SUBMIT_SECONDS + SUBMIT_MARGIN_SECONDS:
        return  # its worker may well be at it; if that one dies, the reconciler finds the job
    try:
        if attempt.ambiguous is None:
            count_charge(poller.telemetry, "AmbiguousCharge", job, reason="worker_lost")
            job = poller.jobs.save(job.in_doubt("worker_lost", now))
        found = _find_task(poller, job, attempt)
        if found is not None:
            poller.jobs.save(job.processing(found.id, now))
            poller.again(message, 0.0, moved=True)
            return
    except JobChangedError:
        poller.again(message, 0.0, moved=True)  # a callback has come: see what stands there now
        return
    _search_later(poller, job, message)


def _find_task(poller: Poller, job: Job, attempt: Attempt) -> Prediction | None:
    if job.request.seed != RANDOM_SEED:
        return None  # the same prompt and seed may be another job's
    try:
        recent = poller.upstreams.of(job).recent(
            job.request.model,
            attempt.started_at - _CLOCK_SKEW_SECONDS,
            attempt.started_at + SUBMIT_SECONDS + _CLOCK_SKEW_SECONDS,
        )
    except UpstreamUnavailableError as error:
        poller.telemetry.info("upstream_list_failed", job_id=job.id, reason=error.reason)
        return None
    wanted = job.request.upstream_inputs(attempt.seed)
    fitting = [p for p in recent if _same(p, wanted)]
    return fitting[0] if len(fitting) == 1 else None


def _same(prediction: Prediction, wanted: dict[str, object]) -> bool:
    return all(prediction.input.get(name) == wanted[name] for name in ("prompt", "seed", "size"))


def _search_later(poller: Poller, job: Job, message: JobMessage) -> None:
    now, ends_at = poller.clock(), poller.ends_at(job)
    assert job.attempt is not None
    if now < ends_at:
        delay = next_search_seconds(now - job.attempt.started_at)
        poller.again(message, min(delay, ends_at - now))
        return
    count_charge(poller.telemetry, "SubmissionUnknown", job)
    failure = JobFailure(
        ErrorCode.SUBMISSION_UNKNOWN,
        "The upstream service's answer to the submit was lost, and no task was found for it. "
        "It may have been charged.",
    )
    finish(poller, job, lambda current: current.failed(failure, Billed.UNKNOWN, now))
