"""Whether an answer can hold the pictures themselves: before they are paid for, and before they are read."""

from collections.abc import Sequence

from darkroom.http.errors import ApiError
from darkroom.http.payload import fits_as_base64
from darkroom.jobs.job import StoredOutput
from darkroom.jobs.rules import InvalidRequestError, Problem

_PIXELS_A_BYTE = 8
"""At 1 bit a pixel; a photographic JPEG needs that and more."""


def check_inline_fits(width: int, height: int, parts: int) -> None:
    """Refuses what surely can't fit. Raises InvalidRequestError, which says how many do."""
    least_bytes = width * height // _PIXELS_A_BYTE
    fitting = next(n for n in range(parts, -1, -1) if fits_as_base64(*[least_bytes] * n))
    if fitting < parts:
        text = (
            f"{parts} pictures of {width}x{height} can't fit into one answer of 6 MB as b64_json: ask for "
            f"{fitting} at most, for a smaller size, or for response_format url"
        )
        raise InvalidRequestError(Problem("n", text))


def check_outputs_fit(outputs: Sequence[StoredOutput], job_ids: Sequence[str], urls: Sequence[str]) -> None:
    """By their stored sizes. Raises ApiError 413, which says where the pictures are."""
    if fits_as_base64(*(output.size_bytes for output in outputs)):
        return
    text = (
        "The pictures are made and stored, but as b64_json they don't fit into one answer of 6 MB. Fetch "
        'them from the addresses in "urls", or by GET /v1/jobs/{id}. Next time ask for response_format '
        '"url", or for fewer or smaller pictures.'
    )
    raise ApiError(
        413,
        "response_too_large",
        text,
        headers={"x-should-retry": "false"},
        details={"job_ids": list(job_ids), "urls": list(urls)},
    )
