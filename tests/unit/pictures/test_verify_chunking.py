"""The same body gives the same result whatever its chunking, good or broken; nothing else escapes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from darkroom.pictures.verify import VerifiedPicture
from unit.pictures.corpus import GOOD_NAMES, good
from unit.pictures.verifying import outcome


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    """A good picture, perhaps cut, with a few bytes overwritten, perhaps with something behind it."""
    body = bytearray(good(draw(st.sampled_from(GOOD_NAMES))))
    if draw(st.booleans()):
        del body[draw(st.integers(0, len(body))) :]
    early = st.integers(0, 80)
    for place, value in draw(
        st.lists(st.tuples(early | st.integers(0, 9999), st.integers(0, 255)), max_size=3)
    ):
        if place < len(body):
            body[place] = value
    return bytes(body) + draw(st.binary(max_size=20))


@st.composite
def _chunked(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    body = draw(_bodies())
    sizes = draw(st.lists(st.integers(0, 40) | st.integers(0, 2000), min_size=1, max_size=30))
    pieces: list[bytes] = []
    place = 0
    while place < len(body):
        size = sizes[len(pieces) % len(sizes)] or (1 if not any(sizes) else 0)
        pieces.append(body[place : place + size])
        place += size
    return body, pieces


@settings(max_examples=500, deadline=None)
@given(_chunked(), st.sampled_from([25_000_000, 900, 60]))
def test_chunking_makes_no_difference(chunked: tuple[bytes, list[bytes]], max_bytes: int) -> None:
    body, pieces = chunked
    assert outcome(pieces, max_bytes=max_bytes) == outcome([body], max_bytes=max_bytes)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD_NAMES), st.integers(1, 3))
def test_good_picture_in_single_bytes_is_as_good(name: str, size: int) -> None:
    body = good(name)
    pieces = [body[place : place + size] for place in range(0, len(body), size)]
    assert isinstance(outcome([body]), VerifiedPicture)
    assert outcome(pieces) == outcome([body])


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBP"]),
)
def test_random_bytes_are_never_a_picture(noise: bytes, signature: bytes) -> None:
    assert isinstance(outcome([signature + noise]), str)
