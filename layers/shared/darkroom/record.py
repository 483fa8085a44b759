"""The job record: what every surface shows of a job, and what its event carries."""

from collections.abc import Callable
from typing import Literal

from darkroom.jobs.backlog import PlaceInLine
from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Billed, Job, JobStatus, StoredOutput
from darkroom.jobs.money import MICROUSD
from darkroom.record_shape import (
    Billing,
    DeliveryRecord,
    JobInput,
    JobRecord,
    JobTimings,
    JobUrls,
    OutputRecord,
    QueueRecord,
    ResultRecord,
    SettledJobRecord,
    WebhookRecord,
)

OutputUrl = Callable[[StoredOutput], tuple[str, int]]
"""The picture's address and when it expires, in Unix seconds."""


def job_record(
    job: Job,
    *,
    base_url: str,
    output_url: OutputUrl,
    uri: Callable[[str], str],
    place: PlaceInLine | None = None,
) -> JobRecord:
    """`base_url` has no slash at its end; `uri` makes an `s3://` address of a key."""
    settled = settled_record(job, base_url=base_url, output_url=output_url, uri=uri)
    return {**settled, "queue": _queue(place), "webhook": _webhook(job)}


def settled_record(
    job: Job, *, base_url: str, output_url: OutputUrl, uri: Callable[[str], str]
) -> SettledJobRecord:
    """As `job_record`, without what goes on to change when the job has ended."""
    outputs = [_output(output, output_url, uri) for output in job.outputs]
    return {
        "id": job.id,
        "status": job.status,
        "modality": "image",
        "model": job.request.model,
        "created_at": int(job.created_at),
        "updated_at": int(job.updated_at),
        "priority": job.request.priority,
        "input": _input(job),
        "seed": job.attempt.seed if job.attempt else None,
        "outputs": outputs,
        "result_url": outputs[0]["url"] if outputs else None,
        "result": _result(job, outputs),
        "error": job.failure.message if job.failure else None,
        "error_code": job.failure.code if job.failure else None,
        "retryable": job.failure.retryable if job.failure else None,
        "billing": billing(job),
        "timings_ms": _timings(job),
        "metadata": dict(job.request.metadata),
        "tag": job.request.tag,
        "deadline_at": int(job.deadline_at),
        "urls": _urls(job, base_url),
    }


def billing(job: Job) -> Billing:
    """The price in USD or "unknown"; whether it was billed: true, false or "unknown". Never guessed.

    `own_upstream_key`: to the tenant's own account at upstream, and booked in no budget here.
    """
    unknown: Literal["unknown"] = "unknown"
    return {
        "price_usd": unknown if job.price_microusd is None else job.price_microusd / MICROUSD,
        "billed": unknown if job.billed is Billed.UNKNOWN else job.billed is Billed.YES,
        "own_upstream_key": job.terms.own_upstream_key,
    }


def delivery_record(job: Job) -> DeliveryRecord:
    """The webhook's attempts, oldest first."""
    delivery = job.delivery
    return {
        "job_id": job.id,
        "url": job.request.webhook_url,
        "status": _delivery_status(job),
        "next_attempt_at": _seconds(delivery.next_at),
        "attempts": [
            {
                "at": round(attempt.at, 3),
                "duration_ms": attempt.duration_ms,
                "status_code": attempt.status_code,
                "error": attempt.error,
                "detail": attempt.detail,
                "response_hash": attempt.response_hash,
            }
            for attempt in delivery.attempts
        ],
    }


def _input(job: Job) -> JobInput:
    request = job.request
    return {
        "prompt": request.prompt,
        "size": request.size,
        "seed": request.seed,
        "enable_prompt_expansion": request.enable_prompt_expansion,
    }


def _output(output: StoredOutput, output_url: OutputUrl, uri: Callable[[str], str]) -> OutputRecord:
    url, expires_at = output_url(output)
    return {
        "url": url,
        "url_expires_at": expires_at,
        "s3_uri": uri(output.key),
        "content_type": output.content_type,
        "width": output.width,
        "height": output.height,
        "bytes": output.size_bytes,
        "sha256": output.sha256,
        "nsfw": output.nsfw,
    }


def _result(job: Job, outputs: list[OutputRecord]) -> ResultRecord | None:
    if job.status is not JobStatus.COMPLETED or job.finished_at is None:
        return None
    return {"created": int(job.finished_at), "data": [{"url": output["url"]} for output in outputs]}


def _timings(job: Job) -> JobTimings:
    """`queued`: until upstream had the task; `processing`: from there to the stored picture."""
    return {
        "queued": _milliseconds(job.created_at, job.submitted_at),
        "inference": job.inference_ms,
        "processing": _milliseconds(job.submitted_at, job.finished_at),
        "total": _milliseconds(job.created_at, job.finished_at),
    }


def _queue(place: PlaceInLine | None) -> QueueRecord | None:
    if place is None:
        return None
    return {"position": place.position, "estimated_start_seconds": place.estimated_start_seconds}


def _webhook(job: Job) -> WebhookRecord | None:
    if job.request.webhook_url is None:
        return None
    delivery = job.delivery
    return {
        "url": job.request.webhook_url,
        "status": _delivery_status(job),
        "attempts": max(delivery.made, len(delivery.attempts)),
        "next_attempt_at": _seconds(delivery.next_at),
    }


def _delivery_status(job: Job) -> DeliveryStatus:
    """Before the end there is nothing to deliver yet, but a webhook may have been asked for."""
    asked_for = job.request.webhook_url is not None and not job.status.terminal
    return DeliveryStatus.PENDING if asked_for else job.delivery.status


def _urls(job: Job, base_url: str) -> JobUrls:
    get = f"{base_url}/v1/jobs/{job.id}"
    return {"get": get, "cancel": f"{get}/cancel", "webhook": f"{get}/webhook"}


def _seconds(at: float | None) -> int | None:
    return None if at is None else int(at)


def _milliseconds(start: float | None, end: float | None) -> int | None:
    return None if start is None or end is None else round((end - start) * 1000)
