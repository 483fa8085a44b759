"""The shape of the job record and of what is made of it, with the meaning of each field. No code."""

from typing import Annotated, Literal, TypedDict

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import JobStatus
from darkroom.jobs.request import Priority


class JobInput(TypedDict):
    """What was asked for, with the model's defaults filled in."""

    prompt: str
    size: Annotated[str, "WIDTH*HEIGHT in pixels"]
    seed: Annotated[int, "-1: a random one; the record's own `seed` says which it became"]
    enable_prompt_expansion: bool


class OutputRecord(TypedDict):
    """A finished picture."""

    url: Annotated[str, "the picture's address; signed afresh on each read"]
    url_expires_at: Annotated[int, "Unix seconds"]
    s3_uri: Annotated[str, "where it is in your own bucket"]
    content_type: Annotated[str, "image/png, image/jpeg or image/webp"]
    width: int
    height: int
    bytes: int
    sha256: Annotated[str, "of the bytes, in hexadecimal"]
    nsfw: Annotated[bool | None, "null: upstream does not say"]


class ResultImage(TypedDict):
    url: str


class ResultRecord(TypedDict):
    """The outputs in the form of OpenAI's images API."""

    created: Annotated[int, "Unix seconds"]
    data: list[ResultImage]


class Billing(TypedDict):
    price_usd: Annotated[float | Literal["unknown"], 'US dollars; "unknown" where nobody has said it']
    billed: Annotated[
        bool | Literal["unknown"], "whether upstream charges for it; unknown is shown, never guessed"
    ]
    own_upstream_key: Annotated[bool, "billed to the tenant's own account at upstream"]


class JobTimings(TypedDict):
    """Milliseconds; null where it has not come to that."""

    queued: Annotated[int | None, "until upstream had the task"]
    inference: Annotated[int | None, "as upstream says it"]
    processing: Annotated[int | None, "from upstream's acceptance to the stored picture"]
    total: int | None


class WebhookRecord(TypedDict):
    url: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: Annotated[int | None, "Unix seconds"]


class JobUrls(TypedDict):
    get: str
    cancel: str
    webhook: Annotated[str, "the webhook's attempts"]


class SettledJobRecord(TypedDict):
    """A job as its event carries it: without its webhook, which changes with every attempt."""

    id: str
    status: JobStatus
    modality: Literal["image"]
    model: str
    created_at: Annotated[int, "Unix seconds"]
    updated_at: Annotated[int, "Unix seconds"]
    priority: Annotated[Priority, "among its tenant's own jobs, where they have to wait"]
    input: JobInput
    seed: Annotated[int | None, "that the picture was made with; null before upstream was asked"]
    outputs: Annotated[list[OutputRecord], "empty until it is completed"]
    result_url: Annotated[str | None, "the first output's address"]
    result: ResultRecord | None
    error: Annotated[str | None, "why there is no picture, for people"]
    error_code: Annotated[ErrorCode | None, "the same for programs"]
    retryable: Annotated[bool | None, "whether the same request may succeed as a new job"]
    billing: Billing
    timings_ms: JobTimings
    metadata: Annotated[dict[str, str], "as it was sent"]
    tag: str | None
    deadline_at: Annotated[int, "when it ends as failed if it has not ended before, in Unix seconds"]
    urls: JobUrls


class QueueRecord(TypedDict):
    """Where a job stands that waits for upstream's limits; with 100 or more in the line an estimate."""

    position: Annotated[int, "1 is the next one"]
    estimated_start_seconds: Annotated[int, "from now, at the rate that the limits allow"]


class JobRecord(SettledJobRecord):
    """A job: what was asked for, how far it is, and what came of it."""

    queue: Annotated[
        QueueRecord | None, "null: it does not wait, or nobody can tell just now; never in lists"
    ]
    webhook: Annotated[WebhookRecord | None, "null: none was asked for"]


class JobEvent(TypedDict):
    """What a webhook carries; the same bytes on every attempt."""

    id: Annotated[str, "the event's: the same on every attempt and in the header webhook-id"]
    type: Annotated[str, "job.completed, job.failed or job.cancelled"]
    created: Annotated[int, "when the job ended, in Unix seconds"]
    data: SettledJobRecord


class JobList(TypedDict):
    object: Literal["list"]
    data: Annotated[list[JobRecord], "newest first"]
    has_more: bool
    cursor: Annotated[str | None, "the query parameter for the next page; null on the last one"]


class DeliveryAttemptRecord(TypedDict):
    at: Annotated[float, "Unix seconds"]
    duration_ms: int
    status_code: Annotated[int | None, "null: there was no answer"]
    error: Annotated[str | None, "a word for what went wrong"]
    detail: Annotated[str | None, "the same for people; that of older attempts may be gone"]
    response_hash: Annotated[str | None, "a short hash of the answer's body"]


class DeliveryRecord(TypedDict):
    """A job's webhook and its attempts."""

    job_id: str
    url: Annotated[str | None, "null: no webhook was asked for"]
    status: DeliveryStatus
    next_attempt_at: Annotated[int | None, "Unix seconds"]
    attempts: Annotated[list[DeliveryAttemptRecord], "oldest first; the latest ones, 20 at most"]
