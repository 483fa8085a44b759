"""A job's pictures by their file names: which there are, how long a link may hold, how the bytes are sent."""

import re
from collections.abc import Callable
from typing import Annotated, TypedDict

from darkroom.http.errors import ApiError, invalid_request
from darkroom.http.payload import MAX_BINARY_BYTES, fits_as_base64
from darkroom.jobs.job import Job, StoredOutput
from darkroom.jobs.rules import Problem

DEFAULT_LINK_SECONDS = 3600
MIN_LINK_SECONDS = 60
MAX_LINK_SECONDS = 604_800


class SignedFile(TypedDict):
    url: Annotated[str, "leads to the picture, without a key"]
    expires_at: Annotated[int, "in Unix seconds"]


def find_output(job: Job, file: str) -> StoredOutput | None:
    """A file exists where the job's record lists it, and nowhere else."""
    return next((output for output in job.outputs if output.key.rsplit("/", 1)[1] == file), None)


def link_seconds(query: Callable[[str], str | None]) -> int:
    """Of `?expires_in=`. Raises ApiError for what is no number of seconds within the range."""
    text = query("expires_in")
    if text is None:
        return DEFAULT_LINK_SECONDS
    seconds = int(text) if re.fullmatch("[0-9]{1,6}", text) else 0
    if not MIN_LINK_SECONDS <= seconds <= MAX_LINK_SECONDS:
        wanted = f"must be a whole number of seconds between {MIN_LINK_SECONDS} and {MAX_LINK_SECONDS}"
        raise invalid_request(Problem("expires_in", wanted))
    return seconds


def check_fits(output: StoredOutput, signed_path: str) -> None:
    """Raises ApiError for a picture that no answer of a Lambda can hold; `signed_path` leads to it."""
    if not fits_as_base64(output.size_bytes):
        raise ApiError(
            413,
            "file_too_large",
            f"The picture has {output.size_bytes} bytes; an answer holds at most {MAX_BINARY_BYTES}. "
            f"Ask for a link to it: GET {signed_path}",
        )


def file_headers(job: Job, output: StoredOutput) -> dict[str, str]:
    """A picture is saved, never shown as a page of ours; its ETag is the record's SHA-256."""
    name = output.key.rsplit("/", 1)[1]
    return {
        "content-disposition": f'attachment; filename="{job.id}-{name}"',
        "etag": f'"{output.sha256}"',
        "cache-control": "private",
        "x-content-type-options": "nosniff",
    }
