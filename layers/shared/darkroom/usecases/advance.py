"""Advance a job by what its state asks for. Called for each message of the JobsQueue; safe to call twice."""

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.ports import JobChangedError, JobMessage, KeyRemovedError, ThrottledError, Tick
from darkroom.usecases.after_end import after_end
from darkroom.usecases.context import Poller
from darkroom.usecases.finish import finish
from darkroom.usecases.look import look
from darkroom.usecases.resolve_doubt import resolve_doubt
from darkroom.usecases.start import start

GIVE_UP_SECONDS = 3600.0
"""So long after its end was due a job that can only raise errors is given up. An outage is waited out."""

KEY_UNSEEN_SECONDS = 60.0
"""Secrets Manager is eventually consistent: so long after the job, or its attempt, needed the key first, one
that isn't there may be one that isn't seen yet."""
_KEY_AGAIN_SECONDS = 5.0

_STEPS = {
    JobStatus.QUEUED: start,
    JobStatus.SUBMITTING: resolve_doubt,
    JobStatus.PROCESSING: look,
}


def work(poller: Poller, message: JobMessage | Tick) -> None:
    """Whatever the JobsQueue brings. Raises as `advance`."""
    if isinstance(message, Tick):
        poller.dispatcher.tick(message, poller.time_left)
    else:
        advance(poller, message)


def advance(poller: Poller, message: JobMessage) -> None:
    """Raises ThrottledError where AWS could not take or give what is needed: the message comes again."""
    job = poller.jobs.get(message.tenant, message.job_id)
    if job is None:
        poller.telemetry.count("UnknownJob", job_id=message.job_id)
        return
    if _superseded(message, job):
        return
    try:
        _STEPS.get(job.status, after_end)(poller, job, message)
    except KeyRemovedError:
        _without_key(poller, job, message)
    except (ThrottledError, JobChangedError):
        raise
    except Exception as error:
        _give_up_if_overdue(poller, job, error)
        raise


def _without_key(poller: Poller, job: Job, message: JobMessage) -> None:
    """Ask again while the key may yet be seen and the job has time for it; then fail."""
    needed_since = job.created_at if job.attempt is None else job.attempt.started_at
    ends_at = min(needed_since + KEY_UNSEEN_SECONDS, poller.ends_at(job))
    if poller.clock() + _KEY_AGAIN_SECONDS < ends_at:
        poller.telemetry.info("own_key_unseen", job_id=job.id)
        poller.again(message, _KEY_AGAIN_SECONDS, moved=True)  # no try of what the key is needed for
    else:
        _fail_without_key(poller, job)


def _fail_without_key(poller: Poller, job: Job) -> None:
    """Its tenant has removed the key. Nothing else may be tried: the stack's key is not what it runs on."""
    if job.attempt is None:
        text, billed = "before upstream was given the task", Billed.NO
    else:
        text, billed = "while upstream worked on the task, which may be billed all the same", Billed.UNKNOWN
    failure = JobFailure(ErrorCode.UPSTREAM_KEY_REMOVED, f"Your own upstream key was removed {text}.")
    finish(poller, job, lambda current: current.failed(failure, billed, poller.clock()))


def _give_up_if_overdue(poller: Poller, job: Job, error: Exception) -> None:
    """A job that nothing but errors comes of must still end: somebody waits for its webhook."""
    if job.status.terminal or poller.clock() < poller.ends_at(job) + GIVE_UP_SECONDS:
        return
    poller.telemetry.count("GivenUp", job_id=job.id, error=type(error).__name__)
    failure = JobFailure(ErrorCode.DEADLINE_EXCEEDED, "The job could not be brought to its end in time.")
    billed = Billed.NO if job.attempt is None else Billed.UNKNOWN
    finish(poller, job, lambda current: current.failed(failure, billed, poller.clock()))


def _superseded(message: JobMessage, job: Job) -> bool:
    """The reconciler has started another chain of looks: this one ends here, else there would be two."""
    return message.chain is not None and message.chain < job.chain
