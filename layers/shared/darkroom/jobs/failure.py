"""Why a job ended without a picture: the codes that a client may act on, and what each means for a retry."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable words for `error_code`; a new one is a change of the API."""

    MODERATION_REFUSED = "moderation_refused"
    UPSTREAM_REJECTED = "upstream_rejected"
    UPSTREAM_FAILED = "upstream_failed"
    UPSTREAM_CANCELLED = "upstream_cancelled"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    UPSTREAM_LOST = "upstream_lost"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    OUTPUT_UNAVAILABLE = "output_unavailable"
    OUTPUT_INVALID = "output_invalid"
    SUBMISSION_UNKNOWN = "submission_unknown"
    UPSTREAM_KEY_REMOVED = "upstream_key_removed"
    CANCELLED = "cancelled"


RETRYABLE = frozenset(
    {
        ErrorCode.UPSTREAM_FAILED,
        ErrorCode.UPSTREAM_CANCELLED,
        ErrorCode.UPSTREAM_TIMEOUT,
        ErrorCode.UPSTREAM_LOST,
        ErrorCode.DEADLINE_EXCEEDED,
        ErrorCode.OUTPUT_UNAVAILABLE,
        ErrorCode.OUTPUT_INVALID,
        ErrorCode.SUBMISSION_UNKNOWN,
        ErrorCode.UPSTREAM_KEY_REMOVED,
    }
)
"""Codes after which the same request, sent as a new job, may well succeed."""


@dataclass(frozen=True, slots=True)
class JobFailure:
    """The end of a job without a picture: a code for programs, a sentence for people."""

    code: ErrorCode
    message: str

    @property
    def retryable(self) -> bool:
        return self.code in RETRYABLE
