"""JPEG: segments and scans up to the true end, not to the first bytes that look like one."""

import pytest

from darkroom.pictures.verify import PictureRefusedError, PictureVerifier, Refusal
from unit.pictures.corpus import encoded, good, jpeg, jpeg_frame, jpeg_scan, jpeg_segment, noise
from unit.pictures.verifying import outcome, verified

FRAME = jpeg_frame(2, 3)
SCAN = jpeg_scan()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(jpeg(FRAME, SCAN), id="least"),
        pytest.param(jpeg(b"\xff\xff" + FRAME, b"\xff" + SCAN), id="fill bytes before markers"),
        pytest.param(jpeg(FRAME, SCAN, b"\xff\xff\xff"), id="fill bytes before the end"),
        pytest.param(
            jpeg(FRAME, jpeg_scan(data=b"\xff\x00\xff\xd0a\xff\x00\xff\x00")), id="stuffing, restart"
        ),
        pytest.param(jpeg(FRAME, jpeg_scan(data=b"a" + b"\xff\xd0b\xff\xd7c")), id="restarts"),
        pytest.param(jpeg(jpeg_segment(0xE1, b"\xff\xd9" * 50), FRAME, SCAN), id="end marks in a segment"),
        pytest.param(jpeg(FRAME, SCAN, jpeg_segment(0xC4, b"\xff\xd9"), SCAN), id="tables between scans"),
        pytest.param(
            jpeg(jpeg_frame(2, 3, b"\1\2\3"), jpeg_scan(b"\1"), jpeg_scan(b"\2"), jpeg_scan(b"\3")),
            id="one scan for each component",
        ),
        pytest.param(jpeg(jpeg_frame(2, 3, marker=0xC1), SCAN), id="extended sequential"),
        pytest.param(jpeg(jpeg_segment(0xFE, b""), FRAME, SCAN), id="empty comment"),
    ],
)
def test_lawful_segments_pass_up_to_the_true_end(body: bytes) -> None:
    picture = verified(body + b"<html>")
    assert (picture.width, picture.height) == (2, 3)
    assert picture.size_bytes == len(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(jpeg(FRAME), id="no scan"),
        pytest.param(jpeg(SCAN), id="no frame"),
        pytest.param(b"\xff\xd8\xff\xd9" + bytes(20), id="nothing at all"),
        pytest.param(jpeg(FRAME, jpeg_scan(data=b"")), id="scan without data"),
        pytest.param(jpeg(FRAME, jpeg_frame(9000, 9000), SCAN), id="second frame"),
        pytest.param(jpeg(jpeg_frame(0, 3), SCAN), id="no width"),
        pytest.param(jpeg(jpeg_frame(2, 0), SCAN), id="no height"),
        pytest.param(jpeg(jpeg_frame(2, 3, b""), SCAN), id="no components"),
        pytest.param(jpeg(jpeg_frame(2, 3, b"\1\2\3\4\5"), SCAN), id="too many components"),
        pytest.param(jpeg(jpeg_frame(2, 3, b"\1\2"), SCAN), id="component without a scan"),
        pytest.param(jpeg(jpeg_frame(2, 3, marker=0xC3), SCAN), id="lossless coding"),
        pytest.param(jpeg(jpeg_frame(2, 3, marker=0xC9), SCAN), id="arithmetic coding"),
        pytest.param(jpeg(jpeg_segment(0xC0, b"\x08\0\3\0\2\1\1\x11"), SCAN), id="short frame"),
        pytest.param(jpeg(jpeg_segment(0xC0, b"\x0c\0\3\0\2\1\1\x11\0"), SCAN), id="12 bits"),
        pytest.param(jpeg(FRAME, jpeg_segment(0xDA, b"\1\1\0")), id="short scan header"),
        pytest.param(jpeg(FRAME, jpeg_segment(0xDA, b"\0\0\x3f\0") + b"data"), id="scan of no component"),
        pytest.param(jpeg(FRAME, b"stray", SCAN), id="bytes between segments"),
        pytest.param(jpeg(FRAME, b"\xff\xd0", SCAN), id="restart outside of a scan"),
        pytest.param(jpeg(FRAME, b"\xff\xe0\0\1", SCAN), id="segment shorter than its length"),
        pytest.param(b"\xff\xd8" + jpeg(FRAME, SCAN), id="two beginnings"),
        pytest.param(jpeg(FRAME, b"\xff\x00", SCAN), id="stuffing outside of a scan"),
    ],
)
def test_unlawful_segments_are_malformed(body: bytes) -> None:
    assert str(outcome([body])).startswith(Refusal.MALFORMED)


def test_only_these_segments_may_stand_in_a_picture() -> None:
    tables_and_notes = {0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)}
    bodies = {marker: jpeg(FRAME, jpeg_segment(marker, b"any"), SCAN) for marker in range(1, 0xFF)}
    passing = {marker for marker, body in bodies.items() if not isinstance(outcome([body]), str)}
    # An end before the scan is malformed too; the others are frames, scans and what browsers don't show.
    assert passing == tables_and_notes


@pytest.mark.parametrize("segments", [SCAN, FRAME + jpeg_segment(0xDA, b"\1\1\0") + b"data"])
def test_scan_that_can_not_be_read_is_refused_at_once(segments: bytes) -> None:
    assert outcome([b"\xff\xd8" + segments]) == "malformed: JPEG scan header"


def test_thumbnail_is_not_taken_for_the_picture() -> None:
    body = good("jpeg with thumbnail")
    after_thumbnail = body.index(b"\xff\xd9") + 2
    assert after_thumbnail < len(body)
    assert outcome([body[:after_thumbnail]]) == "truncated"


def test_progressive_picture_cut_between_two_scans_is_truncated() -> None:
    body = good("jpeg progressive")
    scans = [place for place in range(len(body)) if body.startswith(b"\xff\xda", place)]
    assert len(scans) > 5
    assert {outcome([body[:scan]]) for scan in scans} == {"truncated"}


def test_marker_split_between_two_chunks_is_seen() -> None:
    body = encoded(noise("RGB"), "JPEG")
    for cut in range(len(body) - 3, len(body) + 1):
        assert outcome([body[:cut], body[cut:]]) == outcome([body])


def test_last_byte_of_a_scan_header_does_not_begin_a_marker() -> None:
    body = jpeg(FRAME, jpeg_segment(0xDA, b"\1\1\0\0\x3f\xff") + b"\xd9data")
    cut = body.index(b"\xd9data")
    assert outcome([body[:cut], body[cut:]]) == outcome([body])
    assert verified(body).size_bytes == len(body)


def test_bomb_is_refused_by_its_header_alone() -> None:
    with pytest.raises(PictureRefusedError) as refused:
        PictureVerifier().feed(b"\xff\xd8" + jpeg_frame(60_000, 60_000))
    assert refused.value.reason is Refusal.TOO_MANY_PIXELS


def test_endless_fill_bytes_are_refused() -> None:
    assert outcome([b"\xff\xd8" + b"\xff" * 1_000_000]) == "malformed: too many parts"
