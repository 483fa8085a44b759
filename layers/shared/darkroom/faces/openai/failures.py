"""How a call without a picture ends: its jobs' failures as an HTTP status and a word for programs."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from darkroom.http.errors import ApiError
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Job, JobStatus

ERRORS: Mapping[ErrorCode, tuple[int, str]] = MappingProxyType(
    {
        ErrorCode.MODERATION_REFUSED: (400, "content_policy_violation"),
        ErrorCode.UPSTREAM_REJECTED: (400, "upstream_rejected"),
        ErrorCode.CANCELLED: (409, "cancelled"),
        ErrorCode.UPSTREAM_KEY_REMOVED: (409, "upstream_key_removed"),
        ErrorCode.UPSTREAM_FAILED: (500, "upstream_failed"),
        ErrorCode.UPSTREAM_CANCELLED: (500, "upstream_cancelled"),
        ErrorCode.UPSTREAM_TIMEOUT: (500, "upstream_timeout"),
        ErrorCode.UPSTREAM_LOST: (500, "upstream_lost"),
        ErrorCode.DEADLINE_EXCEEDED: (500, "deadline_exceeded"),
        ErrorCode.OUTPUT_UNAVAILABLE: (500, "output_unavailable"),
        ErrorCode.OUTPUT_INVALID: (500, "output_invalid"),
        ErrorCode.SUBMISSION_UNKNOWN: (500, "submission_unknown"),
    }
)
"""Status and `error.code`. 400: mend the request; 409: the tenant stopped it; 500: a new call may succeed."""

# The client would repeat a 409 and a 500 by itself, and join the very jobs that have failed
_FINAL = {"x-should-retry": "false"}


def all_failed(jobs: Sequence[Job]) -> ApiError:
    """Where not one of the jobs has a picture. What is nobody's fault but ours outweighs the rest."""
    failures = [_failure(job) for job in jobs]
    worst = max(failures, key=lambda failure: ERRORS[failure.code][0])
    status, code = ERRORS[worst.code]
    others = f" ({len(jobs)} pictures were asked for, and none was made.)" if len(jobs) > 1 else ""
    return ApiError(
        status, code, worst.message + others, headers=_FINAL, details={"job_ids": [job.id for job in jobs]}
    )


def failed_headers(jobs: Sequence[Job]) -> dict[str, str]:
    """How many pictures are missing in an answer that has some, and why: `job_…=moderation_refused, …`."""
    failed = [job for job in jobs if job.status is not JobStatus.COMPLETED]
    if not failed:
        return {}
    reasons = ", ".join(f"{job.id}={_failure(job).code}" for job in failed)
    return {"x-failed-images": str(len(failed)), "x-failed-jobs": reasons}


def not_ended(jobs: Sequence[Job]) -> ApiError:
    """The wait is over and the jobs are not. The client comes back with the same body and joins them."""
    ids = [job.id for job in jobs]
    text = (
        f"Not finished yet: {', '.join(ids)}. The client's own retries, and any repeat with the same "
        "Idempotency-Key, go on waiting for these pictures; the call made anew makes new ones. If the "
        "retries run out, raise max_retries, or read GET /v1/jobs/{id} until they are finished."
    )
    headers = {"retry-after": "1", "x-should-retry": "true"}
    return ApiError(503, "not_finished", text, headers=headers, details={"job_ids": ids})


def _failure(job: Job) -> JobFailure:
    assert job.failure is not None  # every end but a completed one has its failure
    return job.failure
