"""WebP: the container's length, its chunks, and bitstreams that must agree with what announces them."""

import struct

import pytest

from darkroom.pictures.verify import PictureRefusedError, PictureVerifier, Refusal
from unit.pictures.corpus import anmf, riff_chunk, vp8, vp8l, vp8x, webp
from unit.pictures.verifying import outcome, verified

ODD = riff_chunk(b"EXIF", b"odd")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(webp(vp8(4, 6)), id="lossy"),
        pytest.param(webp(vp8l(4, 6)), id="lossless"),
        pytest.param(webp(vp8l(4, 6), ODD), id="something after the image"),
        pytest.param(webp(vp8x(4, 6), vp8l(4, 6), ODD), id="extended"),
        pytest.param(webp(vp8x(4, 6), ODD, riff_chunk(b"ALPH", b"a"), vp8(4, 6)), id="alpha"),
        pytest.param(
            webp(vp8x(4, 6), anmf(4, 6, vp8(4, 6)), anmf(2, 2, vp8l(2, 2), x=2, y=4)), id="animation"
        ),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6, riff_chunk(b"ALPH", b"even"), vp8(4, 6))), id="even alpha"),
        pytest.param(webp(vp8(4 | 1 << 14, 6 | 3 << 14)), id="scaling bits above the dimensions"),
        pytest.param(webp(vp8(4, 6, tag=18 << 5)), id="partition up to the end of its chunk"),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6, riff_chunk(b"ALPH", b"a"), vp8(4, 6))), id="alpha frame"),
        pytest.param(webp(vp8x(4, 6), vp8(4, 6), b"pad"), id="fewer bytes than a chunk at the end"),
        pytest.param(webp(vp8l(4, 6), ODD[:-1]), id="no padding at the end"),
        pytest.param(webp(vp8x(4, 6), vp8(4, 6), ODD[:-1]), id="no padding at the extended end"),
    ],
)
def test_lawful_chunks_pass(body: bytes) -> None:
    picture = verified(body + b"<html>")
    assert (picture.width, picture.height) == (4, 6)
    assert (picture.size_bytes, picture.trailing_bytes) == (len(body), 6)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(webp(size=4), id="no chunk"),
        pytest.param(webp(vp8(4, 6), size=0), id="length of nothing"),
        pytest.param(webp(vp8(4, 6), size=24), id="image longer than its container"),
        pytest.param(webp(vp8x(4, 6), vp8(4, 6), size=40), id="image longer than the extended container"),
        pytest.param(webp(riff_chunk(b"EXIF", b"odd"), vp8(4, 6)), id="not an image first"),
        pytest.param(webp(vp8x(4, 6)), id="no image"),
        pytest.param(webp(vp8x(4, 6), ODD), id="no image but more"),
        pytest.param(webp(riff_chunk(b"VP8X", bytes(9)), vp8(1, 1)), id="short extended header"),
        pytest.param(webp(vp8x(4, 6), vp8(4, 7)), id="other height than announced"),
        pytest.param(webp(vp8x(4, 6), vp8l(9000, 9000)), id="bomb behind a small canvas"),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6, vp8l(9000, 9000))), id="bomb behind a small frame"),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6, vp8(4, 6), x=2)), id="frame right of the canvas"),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6, vp8(4, 6), y=2)), id="frame below the canvas"),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6)), id="frame without an image"),
        pytest.param(webp(vp8x(4, 6), riff_chunk(b"ANMF", bytes(15))), id="short frame header"),
        pytest.param(webp(vp8x(4, 6), anmf(4, 6, vp8(4, 6)[:-4])), id="image longer than its frame"),
        pytest.param(webp(vp8(0, 6)), id="no width"),
        pytest.param(webp(vp8(4, 6, tag=0x11)), id="not a key frame"),
        pytest.param(webp(vp8(4, 6, tag=19 << 5)), id="partition longer than its chunk"),
        pytest.param(webp(vp8(4, 6, data=b"")), id="lossy image without data"),
        pytest.param(webp(riff_chunk(b"VP8L", b"\x2f" + bytes(4))), id="lossless image without data"),
        pytest.param(webp(vp8(4, 6, start=b"\x9d\x01\x2b")), id="lossy start code"),
        pytest.param(webp(vp8l(4, 6, version=1)), id="lossless version"),
        pytest.param(webp(riff_chunk(b"VP8L", b"\x2e" + bytes(9))), id="lossless signature"),
        pytest.param(webp(riff_chunk(b"VP8L", b"\x2f"), ODD), id="short lossless header"),
    ],
)
def test_unlawful_chunks_are_malformed(body: bytes) -> None:
    assert str(outcome([body])).startswith(Refusal.MALFORMED)


@pytest.mark.parametrize(
    "chunks", [vp8(16_383, 16_383), vp8l(16_384, 16_384), vp8x(2**24, 2**24), vp8x(60_000, 60_000)]
)
def test_bomb_is_refused_by_its_header_alone(chunks: bytes) -> None:
    with pytest.raises(PictureRefusedError) as refused:
        PictureVerifier().feed(webp(chunks))
    assert refused.value.reason is Refusal.TOO_MANY_PIXELS


def test_declared_length_above_the_limit_is_refused_before_its_bytes_come() -> None:
    with pytest.raises(PictureRefusedError) as refused:
        PictureVerifier().feed(webp(vp8(4, 6), size=25_000_000))
    assert refused.value.reason is Refusal.TOO_LARGE


@pytest.mark.parametrize(("width", "height"), [(70_000, 8), (8, 70_000)])
def test_canvas_may_be_larger_than_any_single_frame(width: int, height: int) -> None:
    picture = verified(webp(vp8x(width, height), anmf(4, 6, vp8(4, 6))))
    assert (picture.width, picture.height) == (width, height)


def test_container_longer_than_its_bytes_is_truncated() -> None:
    body = webp(vp8(4, 6))
    longer = body[:4] + struct.pack("<I", len(body) - 8 + 2) + body[8:]
    assert outcome([longer]) == "truncated"
