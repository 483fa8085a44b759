"""Upstream's error codes and status words as the failures that our tenants see. Pure."""

from darkroom.jobs.failure import ErrorCode, JobFailure

NO_CREDITS = 1407
REFUSALS = frozenset({1200, 1400, 1401, 1402})
"""Codes that judge the request itself: moderation, parameters, media. No task comes of such a request."""

_MODERATION = 1200
_SYNC_TIMEOUT = 5004
_CUT_SHORT = frozenset({"cancelled", "deleted"})


def refusal(code: int | None, text: str) -> JobFailure:
    """Of a request that upstream did not take."""
    if code == _MODERATION:
        return _moderated(text)
    return _failure(ErrorCode.UPSTREAM_REJECTED, "The upstream service rejected the request.", text)


def task_failure(word: str, code: int | None, text: str) -> JobFailure:
    """Of a task that ended without a picture under the given status word."""
    if word in _CUT_SHORT:
        return _failure(ErrorCode.UPSTREAM_CANCELLED, "The task was cancelled at the upstream service.", text)
    if word == "timeout" or code == _SYNC_TIMEOUT:
        return _failure(ErrorCode.UPSTREAM_TIMEOUT, "The upstream service ran out of time.", text)
    if code in REFUSALS:
        return refusal(code, text)
    return _failure(ErrorCode.UPSTREAM_FAILED, "The upstream service failed to generate the image.", text)


def _moderated(text: str) -> JobFailure:
    return _failure(
        ErrorCode.MODERATION_REFUSED, "The upstream service's moderation refused the request.", text
    )


def _failure(code: ErrorCode, sentence: str, text: str) -> JobFailure:
    return JobFailure(code, f"{sentence} It says: {text}" if text else sentence)
