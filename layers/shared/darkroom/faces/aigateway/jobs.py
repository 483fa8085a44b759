"""A job in the words that AIgateway's own clients know; everyone else reads the native ones."""

import re
from typing import Any

from darkroom.jobs.job import JobStatus

_ITS_CLIENTS = re.compile(r"aigateway-[a-z]+/")
"""`aigateway-python/0.1.3` is how the Python client names itself."""
_WORDS = {JobStatus.SUBMITTING.value: "processing", JobStatus.CANCELLED.value: "failed"}


def in_its_words(record: dict[str, Any], user_agent: str | None) -> dict[str, Any]:
    """Its `jobs.wait` knows two ends, completed and failed: on any other word it would wait on."""
    if not _ITS_CLIENTS.match(user_agent or ""):
        return record
    status = record["status"]
    changed = {"error": "cancelled"} if status == JobStatus.CANCELLED else {}
    return {**record, "status": _WORDS.get(status, status), **changed}
