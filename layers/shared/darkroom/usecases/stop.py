"""Ask upstream to stop a task that nobody waits for any more. It may finish and bill all the same."""

from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.usecases.context import Poller


def ask_to_stop(poller: Poller, job_id: str, prediction_id: str) -> None:
    try:
        poller.upstream.delete(prediction_id)
    except UpstreamUnavailableError as error:
        poller.telemetry.info("upstream_delete_failed", job_id=job_id, reason=error.reason)
