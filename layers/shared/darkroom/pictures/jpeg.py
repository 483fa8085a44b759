"""JPEG (ITU-T T.81): the segments and the scans up to EOI. Decodes no pixels.

Only what browsers show is accepted: 8-bit baseline, extended sequential and progressive, Huffman coded.
"""

import re

from darkroom.pictures.errors import malformed
from darkroom.pictures.incoming import Dimensions, Incoming, Reading

SIGNATURE = b"\xff\xd8\xff"
_EOI, _SOS, _DQT, _DHT, _DRI, _COMMENT = 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_APPLICATION = range(0xE0, 0xF0)
_SEGMENTS = frozenset({_DQT, _DHT, _DRI, _COMMENT, *_APPLICATION})
# In a scan FF 00 is a data byte, FF D0 to FF D7 are restarts and FF FF is fill: anything else ends it.
_SCAN_CONTINUES = frozenset({0x00, 0xFF, *range(0xD0, 0xD8)})
_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def read_jpeg(incoming: Incoming, max_pixels: int) -> Reading[Dimensions]:
    """Returns just after EOI. A thumbnail's EOI lies within its APP segment and is passed over with it."""
    yield from incoming.take(2)
    dimensions: Dimensions | None = None
    missing: set[int] = set()
    marker = yield from _marker(incoming)
    while marker != _EOI:
        if marker in _FRAMES:
            if dimensions:
                raise malformed("JPEG with a second frame")
            dimensions, missing = yield from _frame(incoming, max_pixels)
        elif marker == _SOS:
            missing -= yield from _scan_header(incoming, dimensions)
            marker = yield from _scan(incoming)
            continue
        elif marker in _SEGMENTS:
            yield from _segment(incoming)
        else:
            raise malformed(f"JPEG marker {marker:02x}")
        marker = yield from _marker(incoming)
    if not dimensions or missing:
        raise malformed("JPEG that ends before all of its components")
    return dimensions


def _marker(incoming: Incoming) -> Reading[int]:
    """The code of the marker that must stand here; any number of fill bytes may precede it."""
    first = yield from incoming.take(1)
    if first != b"\xff":
        raise malformed("JPEG without a marker after a segment")
    code = first
    while code == b"\xff":
        code = yield from incoming.take(1)
    return code[0]


def _length(incoming: Incoming) -> Reading[int]:
    field = yield from incoming.take(2)
    length = int.from_bytes(field, "big") - 2
    if length < 0:
        raise malformed("JPEG segment length")
    incoming.expect(length)
    return length


def _segment(incoming: Incoming) -> Reading[None]:
    length = yield from _length(incoming)
    yield from incoming.skip(length)


def _frame(incoming: Incoming, max_pixels: int) -> Reading[tuple[Dimensions, set[int]]]:
    """The dimensions and the ids of the frame's components."""
    length = yield from _length(incoming)
    body = yield from incoming.take(min(length, 18))
    if len(body) < 9 or len(body) != length or length != 6 + 3 * body[5] or body[0] != 8:
        raise malformed("JPEG frame header")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    return Dimensions(width, height).within(max_pixels), set(body[6::3])


def _scan_header(incoming: Incoming, dimensions: Dimensions | None) -> Reading[set[int]]:
    """The ids of the components that the scan carries."""
    length = yield from _length(incoming)
    body = yield from incoming.take(min(length, 12))
    if not dimensions or len(body) < 6 or len(body) != length or length != 4 + 2 * body[0]:
        raise malformed("JPEG scan header")
    return set(body[1:-3:2])


def _scan(incoming: Incoming) -> Reading[int]:
    """Pass over the entropy-coded data; the code of the marker that ended it."""
    start = incoming.offset
    marker = yield from _next_scan_end(incoming)
    if incoming.offset - start == 2:
        raise malformed("JPEG scan without data")
    return marker


def _next_scan_end(incoming: Incoming) -> Reading[int]:
    while True:
        if end := _SCAN_END.search(incoming.chunk, incoming.position):
            incoming.position = end.end()
            return incoming.chunk[incoming.position - 1]
        split = incoming.position < len(incoming.chunk) and incoming.chunk[-1] == 0xFF
        incoming.position = len(incoming.chunk)
        yield
        if split and incoming.chunk[0] not in _SCAN_CONTINUES:
            incoming.position = 1
            return incoming.chunk[0]
