"""A job as WaveSpeed shows a prediction. Types are as strict as its Go client's: nothing is ever null."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, TypedDict

from darkroom.faces.wavespeed.moments import rfc3339
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import Job, JobStatus

STATUS_WORDS = MappingProxyType(
    {
        JobStatus.QUEUED: "created",
        JobStatus.SUBMITTING: "created",
        JobStatus.PROCESSING: "processing",
        JobStatus.COMPLETED: "completed",
        JobStatus.FAILED: "failed",
        JobStatus.CANCELLED: "cancelled",
    }
)
_CODES = MappingProxyType(
    {
        ErrorCode.MODERATION_REFUSED: 1200,
        ErrorCode.UPSTREAM_REJECTED: 1401,
        ErrorCode.UPSTREAM_FAILED: 1403,
        ErrorCode.UPSTREAM_LOST: 5000,
        ErrorCode.UPSTREAM_TIMEOUT: 5004,
        ErrorCode.DEADLINE_EXCEEDED: 5004,
        ErrorCode.OUTPUT_UNAVAILABLE: 1403,
        ErrorCode.OUTPUT_INVALID: 1403,
        ErrorCode.SUBMISSION_UNKNOWN: 5000,
    }
)
"""Contract page, "Error codes". For what has none there: 1405, the task failed."""
_TASK_FAILED = 1405


class Urls(TypedDict):
    get: Annotated[str, "where the prediction's state and result are read"]


class Timings(TypedDict):
    inference: Annotated[int, "milliseconds; 0 until it is known"]


class Prediction(TypedDict):
    """A prediction, in the words of WaveSpeed's API v3."""

    id: str
    model: str
    outputs: Annotated[list[str], "the pictures' addresses, or bare base64; empty until it is completed"]
    urls: Urls
    has_nsfw_contents: Annotated[list[bool], "one for each output; empty where upstream does not say"]
    status: Annotated[str, "created, processing, completed, failed or cancelled"]
    created_at: Annotated[str, "RFC 3339 with nanoseconds"]
    error: Annotated[str, "why there is no picture; empty where nothing went wrong"]
    code: Annotated[int, "WaveSpeed's number for the error; 0 where nothing went wrong"]
    timings: Timings


class PredictionInput(TypedDict):
    """What was asked for, with the defaults filled in."""

    prompt: str
    size: Annotated[str, "WIDTH*HEIGHT in pixels"]
    seed: int
    enable_prompt_expansion: bool
    enable_base64_output: bool


class ListedPrediction(Prediction):
    """A prediction in a list: its outputs are always addresses."""

    input: PredictionInput


class PredictionPage(TypedDict):
    page: int
    page_size: int
    items: Annotated[list[ListedPrediction], "newest first"]


class DeliveredPrediction(ListedPrediction):
    """A prediction as a webhook carries it: bare, without the envelope."""

    executionTime: Annotated[int, "milliseconds of inference; 0 where it is not known"]


def prediction_of(job: Job, outputs: Sequence[str], base_url: str) -> Prediction:
    """`outputs` are what is shown of the job's pictures; `base_url` has no slash at its end."""
    failure = job.failure
    return {
        "id": job.id,
        "model": job.request.model,
        "outputs": list(outputs),
        "urls": {"get": result_url(job.id, base_url)},
        "has_nsfw_contents": _nsfw_contents(job),
        "status": STATUS_WORDS[job.status],
        "created_at": rfc3339(job.created_at),
        "error": failure.message if failure else "",
        "code": 0 if failure is None else _CODES.get(failure.code, _TASK_FAILED),
        "timings": {"inference": job.inference_ms or 0},
    }


def listed_prediction(job: Job, outputs: Sequence[str], base_url: str) -> ListedPrediction:
    return {**prediction_of(job, outputs, base_url), "input": _input(job)}


def delivered_prediction(job: Job, outputs: Sequence[str], base_url: str) -> DeliveredPrediction:
    """Only what is settled at the end, so that every delivery of it is the same."""
    return {**listed_prediction(job, outputs, base_url), "executionTime": job.inference_ms or 0}


def result_url(job_id: str, base_url: str) -> str:
    return f"{base_url}/api/v3/predictions/{job_id}/result"


def _nsfw_contents(job: Job) -> list[bool]:
    known = [output.nsfw for output in job.outputs if output.nsfw is not None]
    return known if len(known) == len(job.outputs) else []


def _input(job: Job) -> PredictionInput:
    request = job.request
    return {
        "prompt": request.prompt,
        "size": request.size,
        "seed": request.seed,
        "enable_prompt_expansion": request.enable_prompt_expansion,
        "enable_base64_output": request.inline_output,
    }
