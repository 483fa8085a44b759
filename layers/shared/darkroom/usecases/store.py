"""Fetch a finished task's pictures and store them under the job's own keys. Twice is harmless."""

from darkroom.jobs.job import Job, StoredOutput
from darkroom.jobs.upstream import Prediction
from darkroom.pictures.errors import OutputGoneError, OutputRefusedError
from darkroom.usecases.context import Poller

MAX_OUTPUTS = 10


def store_outputs(
    poller: Poller, job: Job, prediction: Prediction, seconds: float
) -> tuple[StoredOutput, ...]:
    """All of them within `seconds`, or none counts. Raises OutputGoneError, OutputRetryError,
    OutputRefusedError, ThrottledError."""
    if not prediction.outputs:
        raise OutputGoneError("the task completed without an output")
    if len(prediction.outputs) > MAX_OUTPUTS:
        raise OutputRefusedError(f"{len(prediction.outputs)} outputs where at most {MAX_OUTPUTS} are taken")
    ends_at = poller.clock() + seconds
    return tuple(
        _store(poller, job, prediction, index, ends_at - poller.clock())
        for index in range(len(prediction.outputs))
    )


def _store(poller: Poller, job: Job, prediction: Prediction, index: int, seconds: float) -> StoredOutput:
    with poller.pictures.fetch(prediction.outputs[index], deadline_seconds=seconds) as picture:
        key = f"outputs/{job.tenant}/{job.id}/{index}.{picture.extension}"
        poller.bucket.put(key, picture, job)
        return StoredOutput(
            key=key,
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            size_bytes=picture.size_bytes,
            sha256=picture.sha256.hex(),
            nsfw=prediction.nsfw[index] if index < len(prediction.nsfw) else None,
        )
