"""The bytes of a body as they arrive: a cursor for the format readers that keeps only the current chunk.

A reader is a generator that yields whenever it needs the next chunk, so one and the same code reads a body
whatever its chunking, and a reader that has not returned at the end of the body has met a truncated one.
"""

import zlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from darkroom.pictures.errors import PictureRefusedError, Refusal, malformed

T = TypeVar("T")
Reading: TypeAlias = Generator[None, None, T]

MAX_PARTS = 200_000
"""Headers in one picture, some 50 times what encoders write into 25 MB: a body made of nothing but headers
would cost a second of CPU for each megabyte."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    width: int
    height: int

    def within(self, max_pixels: int) -> "Dimensions":
        if not self.width or not self.height:
            raise malformed("a dimension is zero")
        if self.width * self.height > max_pixels:
            raise PictureRefusedError(Refusal.TOO_MANY_PIXELS, f"{self.width}x{self.height}")
        return self


class Incoming:
    def __init__(self, max_bytes: int) -> None:
        self.chunk = b""
        self.position = 0
        self._max_bytes = max_bytes
        self._before = 0
        self._parts = 0

    @property
    def offset(self) -> int:
        """Bytes of the body read so far."""
        return self._before + self.position

    def load(self, chunk: bytes) -> None:
        """The next chunk; the reader has consumed the one before."""
        self._before += len(self.chunk)
        self.chunk = chunk
        self.position = 0

    def expect(self, count: int) -> None:
        """Refuse a declared length that passes the limit, before its bytes have come."""
        if self.offset + count > self._max_bytes:
            raise too_large(self._max_bytes)

    def take(self, count: int) -> Reading[bytes]:
        """The next `count` bytes; for headers, because they are held in memory."""
        self.expect(count)
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise malformed("too many parts")
        taken = b""
        while True:
            part = self.chunk[self.position : self.position + count - len(taken)]
            self.position += len(part)
            taken += part
            if len(taken) == count:
                return taken
            yield

    def skip(self, count: int) -> Reading[None]:
        self.expect(count)
        while True:
            step = min(count, len(self.chunk) - self.position)
            self.position += step
            count -= step
            if not count:
                return
            yield

    def skip_with_crc(self, count: int, crc: int) -> Reading[int]:
        """Pass over `count` bytes; the answer is `crc` (CRC-32) carried on over them."""
        self.expect(count)
        while True:
            step = min(count, len(self.chunk) - self.position)
            crc = zlib.crc32(memoryview(self.chunk)[self.position : self.position + step], crc)
            self.position += step
            count -= step
            if not count:
                return crc
            yield


def too_large(max_bytes: int) -> PictureRefusedError:
    return PictureRefusedError(Refusal.TOO_LARGE, f"more than {max_bytes} bytes")
