"""Ask upstream to stop a task that nobody waits for any more. It may finish and bill all the same."""

from darkroom.jobs.job import Job
from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.ports import KeyRemovedError, ThrottledError
from darkroom.usecases.context import Poller


def ask_to_stop(poller: Poller, job: Job, prediction_id: str) -> None:
    try:
        poller.upstreams.of(job).delete(prediction_id)
    except (UpstreamUnavailableError, KeyRemovedError, ThrottledError) as error:
        poller.telemetry.info("upstream_delete_failed", job_id=job.id, reason=str(error))
