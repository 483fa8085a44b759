"""The query parameter `limit`: how many a page has at most."""

import re

from darkroom.http.errors import invalid_request
from darkroom.jobs.rules import Problem

MAX_LIMIT = 100


def read_limit(text: str | None, default: int) -> int:
    """Raises ApiError."""
    if text is None:
        return default
    if not (re.fullmatch("[0-9]{1,3}", text) and 1 <= int(text) <= MAX_LIMIT):
        raise invalid_request(Problem("limit", f"must be between 1 and {MAX_LIMIT}"))
    return int(text)
