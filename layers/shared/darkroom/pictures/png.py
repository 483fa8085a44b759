"""PNG and APNG (W3C PNG, third edition): the chunks and their CRCs up to IEND. Decodes no pixels."""

import struct
import zlib

from darkroom.pictures.errors import malformed
from darkroom.pictures.incoming import Dimensions, Incoming, Reading

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_LENGTH = 2**31 - 1
_CRITICAL = frozenset({b"PLTE", b"IDAT", b"IEND"})
_PALETTE = 3
_BIT_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, _PALETTE: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}


def read_png(incoming: Incoming, max_pixels: int) -> Reading[Dimensions]:
    """Returns just after IEND; raises PictureRefusedError on anything that a decoder would refuse."""
    yield from incoming.take(len(SIGNATURE))
    dimensions, colour_type = yield from _header(incoming, max_pixels)
    kinds: set[bytes] = set()
    previous = b"IHDR"
    while previous != b"IEND":
        length, kind = yield from _chunk_head(incoming)
        _check_order(kind, length, previous, kinds)
        crc = yield from incoming.skip_with_crc(length, zlib.crc32(kind))
        yield from _check_crc(incoming, crc)
        if kind in _CRITICAL:
            kinds.add(kind)
        previous = kind
    if b"IDAT" not in kinds or (colour_type == _PALETTE and b"PLTE" not in kinds):
        raise malformed("PNG without its image data or palette")
    return dimensions


def _header(incoming: Incoming, max_pixels: int) -> Reading[tuple[Dimensions, int]]:
    length, kind = yield from _chunk_head(incoming)
    if kind != b"IHDR" or length != 13:
        raise malformed("PNG does not begin with IHDR")
    body = yield from incoming.take(length)
    yield from _check_crc(incoming, zlib.crc32(body, zlib.crc32(kind)))
    width, height, depth, colour_type, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    if width > _MAX_LENGTH or height > _MAX_LENGTH or depth not in _BIT_DEPTHS.get(colour_type, ()):
        raise malformed("PNG header with impossible values")
    if compression or filtering or interlace > 1:
        raise malformed("PNG header with unknown methods")
    return Dimensions(width, height).within(max_pixels), colour_type


def _chunk_head(incoming: Incoming) -> Reading[tuple[int, bytes]]:
    head = yield from incoming.take(8)
    length, kind = struct.unpack(">I4s", head)
    if length > _MAX_LENGTH or not kind.isalpha():
        raise malformed("PNG chunk header")
    return length, kind


def _check_order(kind: bytes, length: int, previous: bytes, kinds: set[bytes]) -> None:
    """The image data is one unbroken run, after the palette; an unknown critical chunk is not passed over."""
    critical = kind[:1].isupper()
    broken_run = kind == b"IDAT" and b"IDAT" in kinds and previous != b"IDAT"
    late_palette = kind == b"PLTE" and kinds
    if (critical and kind not in _CRITICAL) or broken_run or late_palette:
        raise malformed("PNG chunks out of order")
    if kind == b"IEND" and length:
        raise malformed("PNG end chunk with content")


def _check_crc(incoming: Incoming, crc: int) -> Reading[None]:
    stored = yield from incoming.take(4)
    if int.from_bytes(stored, "big") != crc:
        raise malformed("PNG chunk with a wrong CRC")
