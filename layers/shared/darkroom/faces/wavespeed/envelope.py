"""The envelope of every answer: `{"code", "message", "data"}`, and `data` is never null."""

import json
from typing import Any

from darkroom.http.errors import ApiError

WAVESPEED_PREFIX = "/api/v3/"


def envelope(data: Any) -> dict[str, Any]:
    return {"code": 200, "message": "success", "data": data}


def error_envelope(error: ApiError) -> str:
    """`error_code` is a word for programs, beside the HTTP status in `code`."""
    body = {"code": error.status, "message": str(error), "error_code": error.code, "data": {}}
    return json.dumps(body, ensure_ascii=False)
