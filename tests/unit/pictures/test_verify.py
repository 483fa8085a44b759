"""Good pictures of every format, and what is true of all formats alike."""

import hashlib
import io
import tracemalloc

import pytest
from PIL import Image

from darkroom.pictures.verify import PictureRefusedError, PictureTruncatedError, PictureVerifier, Refusal
from unit.pictures.corpus import GOOD_NAMES, HEIGHT, WIDTH, content_type, good, png, png_chunk
from unit.pictures.verifying import outcome, verified

POLYGLOTS = (b"<html><script>alert(1)</script>", b"PK\x03\x04" + bytes(40), b"\xff\xd9", b"IEND", b"\0")


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_picture_is_told_as_pillow_reads_it(name: str) -> None:
    body = good(name)
    picture = verified(body)
    with Image.open(io.BytesIO(body)) as image:
        image.load()
        assert (picture.width, picture.height) == image.size == (WIDTH, HEIGHT)
    assert picture.content_type == content_type(name)
    assert picture.extension == {"png": "png", "apng": "png", "jpeg": "jpg", "webp": "webp"}[name.split()[0]]
    assert picture.size_bytes == len(body)
    assert picture.sha256 == hashlib.sha256(body).digest()
    assert picture.sha256_hex == hashlib.sha256(body).hexdigest()
    assert picture.trailing_bytes == 0


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_what_follows_the_end_is_cut_off_and_not_hashed(name: str) -> None:
    body = good(name)
    for tail in (*POLYGLOTS, body):
        picture = verified(body + tail)
        assert picture.size_bytes == len(body)
        assert picture.sha256 == hashlib.sha256(body).digest()
        assert picture.trailing_bytes == len(tail)


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_no_beginning_of_a_picture_passes_for_a_picture(name: str) -> None:
    body = good(name)
    assert {outcome([body[:length]]) for length in range(len(body))} == {"truncated"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"GIF89a" + bytes(40), Refusal.UNSUPPORTED_TYPE),
        (b"BM" + bytes(40), Refusal.UNSUPPORTED_TYPE),
        (b"\0\0\0\x20ftypavif" + bytes(40), Refusal.UNSUPPORTED_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.UNSUPPORTED_TYPE),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html></html>", Refusal.UNSUPPORTED_TYPE),
        (b'{"error": "not found"}', Refusal.NOT_A_PICTURE),
        (b"RIFF\x10\0\0\0WAVEfmt " + bytes(40), Refusal.NOT_A_PICTURE),
        (b"\x89PNG\n\x1a\n" + bytes(40), Refusal.NOT_A_PICTURE),
        (b"\xff\xd8\x00" + bytes(40), Refusal.NOT_A_PICTURE),
        (b"no", Refusal.NOT_A_PICTURE),
        (b"\0" * 40, Refusal.NOT_A_PICTURE),
    ],
)
def test_other_bytes_are_refused_whatever_a_header_calls_them(body: bytes, reason: Refusal) -> None:
    with pytest.raises(PictureRefusedError) as refused:
        verified(body)
    assert refused.value.reason is reason


@pytest.mark.parametrize("body", [b"", b"\x89", b"\xff\xd8", b"RIFF", b"RIFF\x10\0\0\0WEB"])
def test_body_that_ends_within_a_signature_is_truncated(body: bytes) -> None:
    with pytest.raises(PictureTruncatedError) as truncated:
        verified(body)
    assert truncated.value.received_bytes == len(body)


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_byte_limit_is_exact(name: str) -> None:
    body = good(name)
    assert verified(body, max_bytes=len(body)).size_bytes == len(body)
    with pytest.raises(PictureRefusedError) as refused:
        verified(body, max_bytes=len(body) - 1)
    assert refused.value.reason is Refusal.TOO_LARGE


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_pixel_limit_is_exact(name: str) -> None:
    assert verified(good(name), max_pixels=WIDTH * HEIGHT)
    with pytest.raises(PictureRefusedError) as refused:
        verified(good(name), max_pixels=WIDTH * HEIGHT - 1)
    assert refused.value.reason is Refusal.TOO_MANY_PIXELS


def test_limits_are_25_megabytes_and_50_megapixels_by_default() -> None:
    assert verified(png(10_000, 5_000)).width == 10_000
    assert outcome([png(10_000, 5_001)]) == "too_many_pixels: 10000x5001"
    assert verified(png() + bytes(25_000_000 - len(png()))).size_bytes == len(png())
    assert outcome([png() + bytes(25_000_001 - len(png()))]) == "too_large: more than 25000000 bytes"


def test_flood_after_the_end_is_refused_too() -> None:
    verifier = PictureVerifier(max_bytes=1000)
    verifier.feed(png())
    verifier.feed(bytes(1000 - len(png())))
    with pytest.raises(PictureRefusedError) as refused:
        verifier.feed(b"\0")
    assert refused.value.reason is Refusal.TOO_LARGE


def test_error_once_raised_is_raised_by_every_further_call() -> None:
    verifier = PictureVerifier()
    with pytest.raises(PictureRefusedError):
        verifier.feed(b"GIF89a" + bytes(40))
    with pytest.raises(PictureRefusedError):
        verifier.feed(png())
    with pytest.raises(PictureRefusedError):
        verifier.finish()


def test_truncated_picture_can_not_be_mended_after_the_end() -> None:
    verifier = PictureVerifier()
    verifier.feed(png()[:-1])
    with pytest.raises(PictureTruncatedError):
        verifier.finish()
    with pytest.raises(PictureTruncatedError):
        verifier.feed(png()[-1:])


def test_memory_does_not_grow_with_the_picture() -> None:
    piece = png_chunk(b"IDAT", bytes(64 * 1024))
    verifier = PictureVerifier()
    verifier.feed(png(chunks=b""))
    tracemalloc.start()
    try:
        for _ in range(300):
            verifier.feed(piece)
        verifier.feed(png_chunk(b"IEND"))
        assert verifier.finish().size_bytes > 19_000_000
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024
    finally:
        tracemalloc.stop()


def test_refusal_holds_none_of_the_body() -> None:
    assert "secret" not in str(outcome([b"secret text, long enough"]))
