"""PNG: what its chunks must say, and what they may not."""

import struct
import zlib

import pytest

from darkroom.pictures.incoming import MAX_PARTS
from darkroom.pictures.verify import PictureRefusedError, PictureVerifier, Refusal
from unit.pictures.corpus import good, png, png_chunk
from unit.pictures.verifying import outcome, verified

DATA = png_chunk(b"IDAT", zlib.compress(bytes(3)))
END = png_chunk(b"IEND")


def header(width: int = 2, height: int = 1, *methods: int) -> bytes:
    return struct.pack(">IIBBBBB", width, height, *(methods or (8, 0, 0, 0, 0)))


@pytest.mark.parametrize(
    "body",
    [
        png(chunks=DATA + png_chunk(b"tEXt", b"Comment\0x") + END),
        png(chunks=png_chunk(b"gAMA", bytes(4)) + DATA + END),
        png(header=header(2, 1, 8, 3, 0, 0, 0), chunks=png_chunk(b"PLTE", bytes(3)) + DATA + END),
        png(chunks=DATA + DATA + END),
    ],
)
def test_lawful_chunks_pass(body: bytes) -> None:
    assert verified(body).size_bytes == len(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(png(0, 1), id="no width"),
        pytest.param(png(1, 0), id="no height"),
        pytest.param(png(2**31, 1), id="width above the format's own limit"),
        pytest.param(png(header=header(2, 1, 3, 0, 0, 0, 0)), id="depth"),
        pytest.param(png(header=header(2, 1, 4, 2, 0, 0, 0)), id="depth of another colour type"),
        pytest.param(png(header=header(2, 1, 8, 5, 0, 0, 0)), id="colour type"),
        pytest.param(png(header=header(2, 1, 8, 0, 1, 0, 0)), id="compression"),
        pytest.param(png(header=header(2, 1, 8, 0, 0, 1, 0)), id="filter"),
        pytest.param(png(header=header(2, 1, 8, 0, 0, 0, 2)), id="interlace"),
        pytest.param(png(header=header() + b"\0"), id="long header"),
        pytest.param(png(header=header(2, 1, 8, 3, 0, 0, 0)), id="palette picture without palette"),
        pytest.param(png(chunks=END), id="no data"),
        pytest.param(png(chunks=DATA + png_chunk(b"tEXt", b"a\0b") + DATA + END), id="data in two runs"),
        pytest.param(png(chunks=DATA + png_chunk(b"PLTE", bytes(3)) + END), id="late palette"),
        pytest.param(png(chunks=png_chunk(b"IHDR", header(9, 9)) + DATA + END), id="second header"),
        pytest.param(png(chunks=png_chunk(b"CgBI", bytes(4)) + DATA + END), id="unknown critical chunk"),
        pytest.param(png(chunks=DATA + png_chunk(b"IEND", b"\0")), id="end with content"),
        pytest.param(png(chunks=DATA + png_chunk(b"tE\0t") + END), id="chunk name"),
        pytest.param(png(chunks=DATA + struct.pack(">I", 2**31) + b"tEXt"), id="chunk length"),
        pytest.param(png()[:8] + DATA + END, id="no header"),
        pytest.param(png(chunks=DATA[:-1] + bytes((DATA[-1] ^ 1,)) + END), id="wrong CRC"),
        pytest.param(png(chunks=DATA + END[:-1] + b"\0"), id="wrong CRC of the end"),
    ],
)
def test_unlawful_chunks_are_malformed(body: bytes) -> None:
    assert str(outcome([body])).startswith(Refusal.MALFORMED)


def test_bit_depths_are_those_of_the_specification() -> None:
    lawful = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    chunks = png_chunk(b"PLTE", bytes(3)) + DATA + END
    for colour_type in range(9):
        bodies = {
            depth: png(header=header(2, 1, depth, colour_type, 0, 0, 0), chunks=chunks) for depth in range(19)
        }
        passing = tuple(depth for depth, body in bodies.items() if not isinstance(outcome([body]), str))
        assert passing == lawful.get(colour_type, ())


def test_any_flipped_bit_is_noticed() -> None:
    body = good("png L")
    for place in range(len(body)):
        flipped = bytes((*body[:place], body[place] ^ 0x20, *body[place + 1 :]))
        assert isinstance(outcome([flipped]), str), place


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (7072, 7072)]
)
def test_bomb_is_refused_by_its_header_alone(width: int, height: int) -> None:
    verifier = PictureVerifier()
    with pytest.raises(PictureRefusedError) as refused:
        verifier.feed(png(width, height, chunks=b""))
    assert refused.value.reason is Refusal.TOO_MANY_PIXELS


@pytest.mark.parametrize("length", [25_000_000, 2**31 - 1])
def test_declared_length_above_the_limit_is_refused_before_its_bytes_come(length: int) -> None:
    verifier = PictureVerifier()
    with pytest.raises(PictureRefusedError) as refused:
        verifier.feed(png(chunks=struct.pack(">I", length) + b"IDAT"))
    assert refused.value.reason is Refusal.TOO_LARGE


def test_picture_of_nothing_but_chunk_headers_is_refused() -> None:
    body = png(chunks=png_chunk(b"teXt") * MAX_PARTS + DATA + END)
    assert outcome([body]) == "malformed: too many parts"
