"""Verifies a picture while its body streams past, in constant memory. Decodes no pixels, stores nothing.

The type, the dimensions and the end come from the bytes themselves, never from a header or a name.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from darkroom.pictures.errors import PictureError, PictureRefusedError, PictureTruncatedError, Refusal
from darkroom.pictures.incoming import Dimensions, Incoming, Reading, too_large
from darkroom.pictures.jpeg import SIGNATURE as JPEG_SIGNATURE
from darkroom.pictures.jpeg import read_jpeg
from darkroom.pictures.png import SIGNATURE as PNG_SIGNATURE
from darkroom.pictures.png import read_png
from darkroom.pictures.webp import read_webp

__all__ = [
    "PictureError",
    "PictureRefusedError",
    "PictureTruncatedError",
    "PictureVerifier",
    "Refusal",
    "VerifiedPicture",
]

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000
_SNIFFED_BYTES = 12


@dataclass(frozen=True, slots=True)
class VerifiedPicture:
    """`size_bytes` and `sha256` are those of the picture alone: keep that many bytes, cut the rest."""

    content_type: str
    extension: str
    width: int
    height: int
    size_bytes: int
    sha256: bytes
    trailing_bytes: int

    @property
    def sha256_hex(self) -> str:
        return self.sha256.hex()


@dataclass(frozen=True, slots=True)
class _Format:
    content_type: str
    extension: str
    begins: Callable[[bytes], bool]
    read: Callable[[Incoming, int], Reading[Dimensions]]


def _begins_like(head: bytes, signature: bytes) -> bool:
    return signature.startswith(head[: len(signature)])


def _begins_like_webp(head: bytes) -> bool:
    return _begins_like(head, b"RIFF") and _begins_like(head[8:], b"WEBP")


_FORMATS = (
    _Format("image/png", "png", lambda head: _begins_like(head, PNG_SIGNATURE), read_png),
    _Format("image/jpeg", "jpg", lambda head: _begins_like(head, JPEG_SIGNATURE), read_jpeg),
    _Format("image/webp", "webp", _begins_like_webp, read_webp),
)


def _sniff(head: bytes) -> _Format:
    for candidate in _FORMATS:
        if candidate.begins(head):
            return candidate
    if head.startswith((b"GIF8", b"BM", b"II*\0", b"MM\0*")) or head[4:8] == b"ftyp":
        raise PictureRefusedError(Refusal.UNSUPPORTED_TYPE, "only PNG, JPEG and WebP are accepted")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise PictureRefusedError(Refusal.UNSUPPORTED_TYPE, "markup (SVG, HTML, XML) is not accepted")
    raise PictureRefusedError(Refusal.NOT_A_PICTURE, "the first bytes are of no known picture")


class PictureVerifier:
    """Feed the body as it comes, then `finish`. After an error every further call raises that error again.

    The same body gives the same result whatever its chunking. The limit on bytes holds for all that is fed,
    bytes after the picture's end included.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> None:
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._fed_bytes = 0
        self._head: bytes = b""
        self._format: _Format | None = None
        self._incoming = Incoming(max_bytes)
        self._reading: Reading[Dimensions] | None = None
        self._dimensions: Dimensions | None = None
        self._sha256 = hashlib.sha256()
        self._error: PictureError | None = None

    def feed(self, chunk: bytes) -> None:
        """Raises PictureRefusedError as soon as the defect is known."""
        self._raise_again()
        if not chunk:
            return
        allowed = chunk[: self._max_bytes - self._fed_bytes]
        self._fed_bytes += len(allowed)
        try:
            self._read(allowed)
            if len(allowed) < len(chunk):
                raise too_large(self._max_bytes)
        except PictureError as error:
            self._error = error
            raise

    def finish(self) -> VerifiedPicture:
        """The body is at its end. Raises PictureTruncatedError when the picture isn't."""
        self._raise_again()
        try:
            found = self._format or _sniff(self._head)
            if not self._dimensions:
                raise PictureTruncatedError(self._fed_bytes)
        except PictureError as error:
            self._error = error
            raise
        size_bytes = self._incoming.offset
        return VerifiedPicture(
            content_type=found.content_type,
            extension=found.extension,
            width=self._dimensions.width,
            height=self._dimensions.height,
            size_bytes=size_bytes,
            sha256=self._sha256.digest(),
            trailing_bytes=self._fed_bytes - size_bytes,
        )

    def _raise_again(self) -> None:
        if self._error:
            raise self._error

    def _read(self, chunk: bytes) -> None:
        if self._dimensions or not chunk:
            return
        if self._reading is None:
            self._head += chunk
            if len(self._head) < _SNIFFED_BYTES:
                return
            chunk, self._head = self._head, b""
            self._format = _sniff(chunk[:_SNIFFED_BYTES])
            self._reading = self._format.read(self._incoming, self._max_pixels)
        self._incoming.load(chunk)
        try:
            next(self._reading)
        except StopIteration as done:
            self._dimensions = done.value
        self._sha256.update(memoryview(chunk)[: self._incoming.position])
