"""One job in its states, from which the examples of the answers are made by the code that answers."""

from dataclasses import replace

from darkroom.jobs.catalogue import DREAMINA_V31
from darkroom.jobs.delivery import Delivery, DeliveryAttempt, DeliveryStatus
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, StoredOutput, Terms
from darkroom.jobs.request import ImageRequest
from darkroom.record import job_record, settled_record
from darkroom.record_shape import JobRecord, SettledJobRecord

BASE_URL = "https://api.example.com"
PICTURE_URL = "https://s3.example.com/outputs/acme/job_01k7w2v5d8q3m9x4n6r0t1yzab/0.jpg?signature=example"
BUCKET = "s3://images"
NOW = 1_795_200_000.0
PROMPT = "A serene Japanese zen garden with raked sand patterns, soft morning mist"

QUEUED = Job(
    id="job_01k7w2v5d8q3m9x4n6r0t1yzab",
    tenant="acme",
    request=ImageRequest(
        model=DREAMINA_V31.id,
        prompt=PROMPT,
        width=1328,
        height=1328,
        webhook_url="https://hooks.example.com/darkroom",
        metadata={"order": "1042"},
        tag="spring",
    ),
    created_at=NOW,
    updated_at=NOW,
    terms=Terms(27_000),
)
_OUTPUT = StoredOutput(
    key=f"outputs/acme/{QUEUED.id}/0.jpg",
    content_type="image/jpeg",
    width=1328,
    height=1328,
    size_bytes=412_807,
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    nsfw=False,
)
_PROCESSING = QUEUED.submitting(Attempt("att_example", NOW + 0.2, 42, NOW)).processing(
    "pred-example", NOW + 0.6
)
COMPLETED = replace(
    _PROCESSING.completed((_OUTPUT,), 6_120, NOW + 7),
    delivery=Delivery(DeliveryStatus.DELIVERED, (DeliveryAttempt(NOW + 7.1, 84, 200),), 1),
)
FAILED = _PROCESSING.failed(
    JobFailure(ErrorCode.MODERATION_REFUSED, "Upstream refused the prompt."), Billed.NO, NOW + 3
)
CANCELLED = QUEUED.cancelled(NOW + 1)


def record(job: Job) -> JobRecord:
    return job_record(job, base_url=BASE_URL, output_url=_url, uri=_uri)


def settled(job: Job) -> SettledJobRecord:
    return settled_record(job, base_url=BASE_URL, output_url=_url, uri=_uri)


def _url(_: StoredOutput) -> tuple[str, int]:
    return PICTURE_URL, int(NOW) + 3607


def _uri(key: str) -> str:
    return f"{BUCKET}/{key}"
