"""Builders of pictures, good ones made by Pillow and bad ones made by hand."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

WIDTH, HEIGHT = 37, 23
PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")


def noise(mode: str, seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Incompressible, so that the encoded data holds every byte value, 0xFF among them."""
    if mode == "1":
        return noise("L", seed, width, height).convert("1")
    if mode == "P":
        return noise("RGB", seed, width, height).quantize(64)
    bands = len(Image.new(mode, (1, 1)).getbands()) * (2 if mode == "I;16" else 1)
    return Image.frombytes(mode, (width, height), random.Random(seed).randbytes(width * height * bands))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def animated(kind: str, **options: Any) -> bytes:
    frames = [noise("RGBA", seed) for seed in range(3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=40, **options)


def exif_with_thumbnail() -> bytes:
    """An APP1 segment with a whole JPEG in it, its EOI included."""
    thumbnail = encoded(noise("RGB", width=16, height=16), "JPEG")
    return b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + thumbnail


def text() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", "IEND in a text is no end", zip=False)
    info.add_itxt("Title", "x" * 300, zip=True)
    return info


_PNG: dict[str, Callable[[], bytes]] = {
    **{f"png {mode}": partial(lambda mode: encoded(noise(mode), "PNG"), mode) for mode in PNG_MODES},
    "png 16 bits": lambda: encoded(noise("I;16"), "PNG"),
    "png with text and icc": lambda: encoded(noise("RGB"), "PNG", pnginfo=text(), icc_profile=b"p" * 500),
    "png interlaced": lambda: interlaced_png(),
    "apng": lambda: animated("PNG"),
}
_JPEG: dict[str, Callable[[], bytes]] = {
    "jpeg grey": lambda: encoded(noise("L"), "JPEG"),
    "jpeg baseline": lambda: encoded(noise("RGB"), "JPEG", quality=95),
    "jpeg cmyk": lambda: encoded(noise("CMYK"), "JPEG"),
    "jpeg progressive": lambda: encoded(noise("RGB"), "JPEG", progressive=True, quality=90),
    "jpeg with restarts": lambda: encoded(noise("RGB"), "JPEG", restart_marker_blocks=1),
    "jpeg 4:4:4 optimised": lambda: encoded(noise("RGB"), "JPEG", subsampling=0, optimize=True),
    "jpeg with thumbnail": lambda: encoded(noise("RGB"), "JPEG", exif=exif_with_thumbnail()),
    "jpeg with icc": lambda: encoded(noise("RGB"), "JPEG", icc_profile=random.Random(1).randbytes(3000)),
    "jpeg with comment": lambda: encoded(noise("RGB"), "JPEG", comment=b"\xff\xd9 is no end here"),
}
_WEBP: dict[str, Callable[[], bytes]] = {
    "webp lossy": lambda: encoded(noise("RGB"), "WEBP"),
    "webp lossless": lambda: encoded(noise("RGB"), "WEBP", lossless=True),
    "webp lossy with alpha": lambda: encoded(noise("RGBA"), "WEBP"),
    "webp lossless with alpha": lambda: encoded(noise("RGBA"), "WEBP", lossless=True),
    "webp with icc and exif": lambda: encoded(noise("RGB"), "WEBP", icc_profile=b"p" * 501, exif=b"e" * 33),
    "webp animated": lambda: animated("WEBP"),
    "webp animated lossless": lambda: animated("WEBP", lossless=True),
}
GOOD = {**_PNG, **_JPEG, **_WEBP}
GOOD_NAMES = sorted(GOOD)


@cache
def good(name: str) -> bytes:
    return GOOD[name]()


def content_type(name: str) -> str:
    return "image/" + name.split()[0].replace("apng", "png")


def png_chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int = 2, height: int = 1, *, header: bytes | None = None, chunks: bytes | None = None
) -> bytes:
    """An 8-bit grey PNG. `header` stands in for the whole IHDR body, `chunks` for all that follows it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0) if header is None else header
    data = png_chunk(b"IDAT", zlib.compress(bytes(3))) + png_chunk(b"IEND")
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + (data if chunks is None else chunks)


def interlaced_png() -> bytes:
    """Pillow can't write Adam7: the seven passes of a black grey picture by hand."""
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    raw = b""
    for x, y, step_x, step_y in passes:
        columns, rows = len(range(x, WIDTH, step_x)), len(range(y, HEIGHT, step_y))
        raw += bytes((columns + 1) * rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 1)
    return png(header=header, chunks=png_chunk(b"IDAT", zlib.compress(raw)) + png_chunk(b"IEND"))


def jpeg_segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg_frame(width: int, height: int, components: bytes = b"\x01", marker: int = 0xC0) -> bytes:
    parts = b"".join(bytes((component, 0x11, 0)) for component in components)
    return jpeg_segment(marker, struct.pack(">BHHB", 8, height, width, len(components)) + parts)


def jpeg_scan(components: bytes = b"\x01", data: bytes = b"\x12\xff\x00\x34") -> bytes:
    parts = b"".join(bytes((component, 0)) for component in components)
    return jpeg_segment(0xDA, bytes((len(components),)) + parts + b"\0\x3f\0") + data


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xd9"


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def vp8(
    width: int, height: int, *, tag: int = 0x10, start: bytes = b"\x9d\x01\x2a", data: bytes = b"d" * 9
) -> bytes:
    return riff_chunk(b"VP8 ", tag.to_bytes(3, "little") + start + struct.pack("<HH", width, height) + data)


def vp8l(width: int, height: int, *, version: int = 0) -> bytes:
    bits = (width - 1) | (height - 1) << 14 | version << 29
    return riff_chunk(b"VP8L", b"\x2f" + struct.pack("<I", bits) + b"data")


def _less_one(*numbers: int) -> bytes:
    return b"".join((number - 1).to_bytes(3, "little") for number in numbers)


def vp8x(width: int, height: int, flags: int = 0) -> bytes:
    return riff_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + _less_one(width, height))


def anmf(width: int, height: int, *images: bytes, x: int = 0, y: int = 0) -> bytes:
    position = (x // 2).to_bytes(3, "little") + (y // 2).to_bytes(3, "little")
    return riff_chunk(b"ANMF", position + _less_one(width, height) + bytes(4) + b"".join(images))
