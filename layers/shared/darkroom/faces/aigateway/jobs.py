"""A job in the words that AIgateway's own clients know; everyone else reads the native ones."""

import re

from darkroom.jobs.job import JobStatus
from darkroom.record_shape import JobRecord

_ITS_CLIENTS = re.compile(r"aigateway-[a-z]+/")
"""`aigateway-python/0.1.3` is how the Python client names itself."""
_WORDS = {JobStatus.SUBMITTING: JobStatus.PROCESSING, JobStatus.CANCELLED: JobStatus.FAILED}


def in_its_words(record: JobRecord, user_agent: str | None) -> JobRecord:
    """Its `jobs.wait` knows two ends, completed and failed: on any other word it would wait on."""
    if not _ITS_CLIENTS.match(user_agent or ""):
        return record
    status = record["status"]
    error = "cancelled" if status is JobStatus.CANCELLED else record["error"]
    return {**record, "status": _WORDS.get(status, status), "error": error}
