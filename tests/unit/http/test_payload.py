"""What one answer of a Lambda can hold."""

import base64

import pytest

from darkroom.http.payload import (
    LAMBDA_ANSWER_BYTES,
    MAX_BINARY_BYTES,
    MAX_TEXT_BYTES,
    fits_as_base64,
    how_many_fit,
)


def test_the_most_that_fits_leaves_room_for_the_rest_of_the_answer() -> None:
    assert fits_as_base64(MAX_BINARY_BYTES)
    assert not fits_as_base64(MAX_BINARY_BYTES + 1)
    encoded = len(base64.b64encode(bytes(MAX_BINARY_BYTES)))
    assert LAMBDA_ANSWER_BYTES - 70_000 < encoded < LAMBDA_ANSWER_BYTES - 60_000


@pytest.mark.parametrize("count", [2, 4, 10])
def test_several_share_the_room(count: int) -> None:
    share = MAX_BINARY_BYTES // count // 3 * 3
    assert fits_as_base64(*[share] * count)
    assert not fits_as_base64(*[share + 3] * count)


@pytest.mark.parametrize(("character", "bytes_as_sent"), [("x", 1), ('"', 2), ("\\", 2), ("é", 2)])
def test_a_text_is_measured_as_it_is_sent(character: str, bytes_as_sent: int) -> None:
    quarter = character * (MAX_TEXT_BYTES // bytes_as_sent // 4 - 2)
    assert how_many_fit([quarter] * 6) == 4


def test_nothing_always_fits() -> None:
    assert fits_as_base64()
