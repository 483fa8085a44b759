"""An HTTP answer of upstream's, read under a cap on bytes and time, whatever its body is."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from darkroom.retry_after import retry_after_seconds
from darkroom.wavespeed.document import Document, data_of, error_code, error_text, read_document

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """`document` is empty where the body is no JSON object; `defect` then may say why."""

    status_code: int
    document: Document = field(default_factory=dict)
    defect: str | None = None
    retry_after_seconds: float | None = None

    @property
    def data(self) -> Document:
        return data_of(self.document)

    @property
    def error_code(self) -> int | None:
        return error_code(self.data, self.document)

    @property
    def error_text(self) -> str:
        return error_text(self.data, self.document)

    @property
    def summary(self) -> str:
        """For a log: the status and what was wrong with the body, nothing of its content."""
        parts = (f"HTTP {self.status_code}", self.defect, self.error_code and f"code {self.error_code}")
        return ", ".join(part for part in parts if part)


def read_answer(response: httpx.Response, in_time: Callable[[], bool], now: float) -> Answer:
    """Reads the body of a streamed response. Raises nothing: a status that has arrived counts, also where
    its body is lost on the way. `in_time` is asked before each chunk, `now` is Unix seconds."""
    body, defect = _read_body(response, in_time)
    return Answer(
        status_code=response.status_code,
        document={} if defect else read_document(body),
        defect=defect,
        retry_after_seconds=retry_after_seconds(response.headers.get("retry-after"), now),
    )


def _read_body(response: httpx.Response, in_time: Callable[[], bool]) -> tuple[bytes, str | None]:
    """The raw bytes: decoding could make two hundred megabytes of two hundred kilobytes."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        return b"", "encoded body"
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > MAX_BYTES:
                return b"", "body too large"
            if not in_time():
                return b"", "body too slow"
    except httpx.HTTPError as error:
        return b"", type(error).__name__
    return bytes(body), None
