"""Advance a job by what its state asks for. Called for each message of the JobsQueue; safe to call twice."""

from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobMessage
from darkroom.usecases.after_end import after_end
from darkroom.usecases.context import Poller
from darkroom.usecases.look import look
from darkroom.usecases.resolve_doubt import resolve_doubt
from darkroom.usecases.start import start

_STEPS = {
    JobStatus.QUEUED: start,
    JobStatus.SUBMITTING: resolve_doubt,
    JobStatus.PROCESSING: look,
}


def advance(poller: Poller, message: JobMessage) -> None:
    """Raises ThrottledError where AWS could not take or give what is needed: the message comes again."""
    job = poller.jobs.get(message.tenant, message.job_id)
    if job is None:
        poller.telemetry.count("UnknownJob", job_id=message.job_id)
        return
    if _superseded(message, job):
        return
    _STEPS.get(job.status, after_end)(poller, job, message)


def _superseded(message: JobMessage, job: Job) -> bool:
    """The reconciler has started another chain of looks: this one ends here, else there would be two."""
    return message.chain is not None and message.chain < job.chain
