"""What came of the paid POST: rule 3 of "at most one charge", for exceptions and for answers.

Whatever is not surely one of the others is ambiguous: a wrong "not created" would pay twice.
"""

import httpx

from darkroom.jobs.upstream import Ambiguous, Created, KeyRefused, NotCreated, Refused, SubmitOutcome
from darkroom.wavespeed.answer import Answer
from darkroom.wavespeed.document import usable_id
from darkroom.wavespeed.failures import NO_CREDITS, REFUSALS, refusal

# Raised before the first byte of the request is written; name resolution and TLS are ConnectErrors.
_BEFORE_THE_REQUEST = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_THROTTLED = 429
_KEY_REFUSED = frozenset({401, 402})
_REFUSED = frozenset({400, 403, 404, 413, 422})
_SURELY_NOT_CREATED = _KEY_REFUSED | _REFUSED | {_THROTTLED}


def outcome_of_error(error: httpx.HTTPError) -> SubmitOutcome:
    reason = type(error).__name__
    return NotCreated(reason) if isinstance(error, _BEFORE_THE_REQUEST) else Ambiguous(reason)


def outcome_of_answer(answer: Answer) -> SubmitOutcome:
    status = answer.status_code
    if 200 <= status < 300:
        return _of_success(answer)
    if status not in _SURELY_NOT_CREATED:
        return Ambiguous(answer.summary)
    if status in _KEY_REFUSED or answer.error_code == NO_CREDITS:
        return KeyRefused(answer.summary)
    if status == _THROTTLED:
        return NotCreated(answer.summary, answer.retry_after_seconds, throttled=True)
    # A 403 speaks of our account: its text is nothing for a tenant.
    return Refused(refusal(answer.error_code, "" if status == 403 else answer.error_text))


def _of_success(answer: Answer) -> SubmitOutcome:
    """An id wins over any code in the envelope: by it the task's true state can be read.

    Without one only a documented code that judges the request or our credits proves that there is no task.
    """
    prediction_id = usable_id(answer.data.get("id"))
    if prediction_id is not None:
        return Created(prediction_id)
    code = answer.error_code
    if code == NO_CREDITS:
        return KeyRefused(answer.summary)
    if code in REFUSALS:
        return Refused(refusal(code, answer.error_text))
    return Ambiguous(f"{answer.summary}, no usable id")
