"""WebP (RFC 9649): the RIFF container and the headers of its bitstreams. Decodes no pixels."""

import struct

from darkroom.pictures.errors import malformed
from darkroom.pictures.incoming import Dimensions, Incoming, Reading

_CHUNK_HEAD = 8
_FRAME_HEAD = 16


def read_webp(incoming: Incoming, max_pixels: int) -> Reading[Dimensions]:
    """Returns at the end that RIFF declares; every chunk must fit within it."""
    head = yield from incoming.take(12)
    end = _CHUNK_HEAD + _uint(head[4:8])
    if end < len(head) + _CHUNK_HEAD:
        raise malformed("WebP without content")
    incoming.expect(end - incoming.offset)
    kind, length = yield from _chunk_head(incoming, end)
    if kind == b"VP8X":
        canvas = yield from _canvas(incoming, length, max_pixels)
        yield from _images(incoming, end, canvas)
    elif kind in _BITSTREAMS:
        canvas = yield from _bitstream(incoming, kind, length)
        canvas.within(max_pixels)
    else:
        raise malformed("WebP without an image chunk")
    yield from incoming.skip(end - incoming.offset)
    return canvas


def _uint(field: bytes) -> int:
    return int.from_bytes(field, "little")


def _chunk_head(incoming: Incoming, end: int) -> Reading[tuple[bytes, int]]:
    """The chunk's kind and its length without the padding."""
    head = yield from incoming.take(_CHUNK_HEAD)
    kind, length = struct.unpack("<4sI", head)
    if incoming.offset + length > end:
        raise malformed("WebP chunk that does not fit its container")
    return kind, length


def _canvas(incoming: Incoming, length: int, max_pixels: int) -> Reading[Dimensions]:
    if length != 10:
        raise malformed("WebP extended header")
    body = yield from incoming.take(length)
    return Dimensions(1 + _uint(body[4:7]), 1 + _uint(body[7:10])).within(max_pixels)


def _images(incoming: Incoming, end: int, canvas: Dimensions) -> Reading[None]:
    """Every frame, or the one still image, of an extended file; there must be one at least."""
    found = False
    while end - incoming.offset >= _CHUNK_HEAD:
        kind, length = yield from _chunk_head(incoming, end)
        chunk_end = min(incoming.offset + length + length % 2, end)
        if kind == b"ANMF":
            yield from _frame(incoming, incoming.offset + length, canvas)
            found = True
        elif kind in _BITSTREAMS:
            yield from _still(incoming, kind, length, canvas)
            found = True
        yield from incoming.skip(chunk_end - incoming.offset)
    if not found:
        raise malformed("WebP without an image chunk")


def _frame(incoming: Incoming, end: int, canvas: Dimensions) -> Reading[None]:
    if end - incoming.offset < _FRAME_HEAD:
        raise malformed("WebP frame header")
    head = yield from incoming.take(_FRAME_HEAD)
    x, y = 2 * _uint(head[0:3]), 2 * _uint(head[3:6])
    frame = Dimensions(1 + _uint(head[6:9]), 1 + _uint(head[9:12]))
    if x + frame.width > canvas.width or y + frame.height > canvas.height:
        raise malformed("WebP frame outside of its canvas")
    while end - incoming.offset >= _CHUNK_HEAD:
        kind, length = yield from _chunk_head(incoming, end)
        if kind in _BITSTREAMS:
            yield from _still(incoming, kind, length, frame)
            return
        yield from incoming.skip(min(length + length % 2, end - incoming.offset))
    raise malformed("WebP frame without an image chunk")


def _still(incoming: Incoming, kind: bytes, length: int, announced: Dimensions) -> Reading[None]:
    end = incoming.offset + length
    actual = yield from _bitstream(incoming, kind, length)
    if actual != announced:
        raise malformed("WebP image with other dimensions than announced")
    yield from incoming.skip(end - incoming.offset)


def _bitstream(incoming: Incoming, kind: bytes, length: int) -> Reading[Dimensions]:
    head_length, parse = _BITSTREAMS[kind]
    if length <= head_length:
        raise malformed("WebP image without data")
    head = yield from incoming.take(head_length)
    return parse(head, length)


def _lossy(head: bytes, length: int) -> Dimensions:
    """The VP8 frame header, RFC 6386 section 9.1."""
    tag = _uint(head[0:3])
    if tag & 1 or head[3:6] != b"\x9d\x01\x2a" or tag >> 5 >= length:
        raise malformed("WebP lossy header")
    return Dimensions(_uint(head[6:8]) & 0x3FFF, _uint(head[8:10]) & 0x3FFF)


def _lossless(head: bytes, length: int) -> Dimensions:
    bits = _uint(head[1:5])
    if head[0] != 0x2F or bits >> 29:
        raise malformed("WebP lossless header")
    return Dimensions(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))


_BITSTREAMS = {b"VP8 ": (10, _lossy), b"VP8L": (5, _lossless)}
