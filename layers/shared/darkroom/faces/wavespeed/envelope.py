"""The envelope of every answer: `{"code", "message", "data"}`, and `data` is never null."""

import json
from types import MappingProxyType
from typing import Any

from darkroom.http.errors import ApiError, MissingFieldError

WAVESPEED_PREFIX = "/api/v3/"

_NUMBERS = MappingProxyType(
    {
        "missing_parameter": 1400,
        "invalid_parameter": 1401,
        "invalid_json": 1401,
        "insufficient_credits": 1407,
        "internal_error": 5000,
        "try_again": 5003,
    }
)
"""Contract page, "Error codes"."""


def envelope(data: Any) -> dict[str, Any]:
    return {"code": 200, "message": "success", "data": data}


def refusal_of(error: ApiError) -> tuple[int, str]:
    """Status and body. `code` is the status, `error_code` a word for programs, `data.code` WaveSpeed's
    number where it has one. WaveSpeed documents no 422, but for a reused key it is that on every surface."""
    status = 400 if error.status == 422 and error.code != "idempotency_key_reused" else error.status
    word = "missing_parameter" if isinstance(error, MissingFieldError) else error.code
    data = {"code": _NUMBERS[word]} if word in _NUMBERS else {}
    body = {"code": status, "message": str(error), "error_code": word, "data": data}
    return status, json.dumps(body, ensure_ascii=False)
