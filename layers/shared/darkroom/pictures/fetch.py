"""Fetches upstream's pictures into spooled files, verified on the way. Stores nothing, sends no key."""

from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, TYPE_CHECKING

from darkroom.net.errors import NetworkFailure, RequestFailedError, UrlRefusedError
from darkroom.net.url_policy import SafeUrl, check_url
from darkroom.pictures.errors import (
    OutputGoneError,
    OutputRefusedError,
    OutputRetryError,
    PictureRefusedError,
    PictureTruncatedError,
)
from darkroom.pictures.verify import MAX_BYTES, PictureVerifier

if TYPE_CHECKING:
    from darkroom.net.client import GuardedClient, GuardedResponse

SPOOL_BYTES = 2_200_000
"""Pictures of the usual 2 MB never touch the disk; ten large ones at once keep 22 MB in memory."""
_HEADER_AND_FRAMING_BYTES = 1024 * 1024
"""On top of the picture: the header and the lengths of the chunks."""
_GONE = frozenset({403, 404, 410})
"""A signed link that has run out answers 403."""
_WORTH_ASKING_AGAIN = frozenset({408, 425, 429})
_REFUSED = frozenset({NetworkFailure.ANSWER_TOO_LARGE, NetworkFailure.ENCODED_BODY})


@dataclass(slots=True)
class SpooledPicture:
    """A verified picture, the file at its start and nothing behind its end. Its context closes the file."""

    content_type: str
    extension: str
    width: int
    height: int
    size_bytes: int
    sha256: bytes
    file: IO[bytes]

    def __enter__(self) -> "SpooledPicture":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class PictureFetcher:
    """`output_hosts` are host suffixes; `local_targets` the `host:port` pairs that need neither name nor TLS.

    Of a picture at most `spool_bytes` are in memory, the rest is on disk.
    """

    def __init__(
        self,
        client: "GuardedClient",
        *,
        output_hosts: frozenset[str],
        local_targets: frozenset[str] = frozenset(),
        max_bytes: int = MAX_BYTES,
        spool_bytes: int = SPOOL_BYTES,
    ) -> None:
        self._client = client
        self._suffixes = tuple(f".{host.lower().lstrip('.')}" for host in output_hosts)
        self._local_targets = local_targets
        self._max_bytes = max_bytes
        self._spool_bytes = spool_bytes

    def fetch(self, url: str, *, deadline_seconds: float = 60.0) -> SpooledPicture:
        """Raises OutputGoneError, OutputRetryError, OutputRefusedError."""
        safe = self._check(url)
        try:
            with self._client.request(
                "GET",
                safe,
                headers={"accept": "image/png, image/jpeg, image/webp"},
                deadline_seconds=deadline_seconds,
                max_received_bytes=self._max_bytes + _HEADER_AND_FRAMING_BYTES,
            ) as response:
                self._check_header(response)
                return self._spooled(response)
        except PictureRefusedError as refused:
            raise OutputRefusedError(str(refused)) from refused
        except PictureTruncatedError as truncated:
            raise OutputRetryError(str(truncated)) from truncated
        except RequestFailedError as failed:
            kind = OutputRefusedError if failed.failure in _REFUSED else OutputRetryError
            raise kind(str(failed)) from failed

    def _check(self, url: str) -> SafeUrl:
        try:
            safe = check_url(url, local_targets=self._local_targets, field="the output's URL")
        except UrlRefusedError as refused:
            raise OutputRefusedError(refused.reason) from refused
        if not safe.is_local and not f".{safe.host}".endswith(self._suffixes):
            raise OutputRefusedError(f"the output's host {safe.host} is none that pictures come from")
        return safe

    def _check_header(self, response: "GuardedResponse") -> None:
        status = response.status
        if status in _GONE:
            raise OutputGoneError(f"the output answers {status}")
        if status >= 500 or status in _WORTH_ASKING_AGAIN:
            raise OutputRetryError(f"the output answers {status}")
        if status != 200:
            raise OutputRefusedError(f"the output answers {status}")
        if (response.content_length or 0) > self._max_bytes:
            raise OutputRefusedError(f"the output has more than {self._max_bytes} bytes")

    def _spooled(self, response: "GuardedResponse") -> SpooledPicture:
        verifier = PictureVerifier(max_bytes=self._max_bytes)
        with ExitStack() as closing_on_error:
            file = closing_on_error.enter_context(SpooledTemporaryFile(max_size=self._spool_bytes))
            for chunk in response.iter_raw():
                verifier.feed(chunk)
                file.write(chunk)
            picture = verifier.finish()
            file.truncate(picture.size_bytes)
            file.seek(0)
            closing_on_error.pop_all()
        return SpooledPicture(
            content_type=picture.content_type,
            extension=picture.extension,
            width=picture.width,
            height=picture.height,
            size_bytes=picture.size_bytes,
            sha256=picture.sha256,
            file=file,
        )
