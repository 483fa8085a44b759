"""A JSON body is taken as JSON means it: its numbers are of one kind."""

from typing import Any

import pytest

from darkroom.http.errors import ApiError
from darkroom.http.json_body import json_object


@pytest.mark.parametrize(
    ("text", "expected"), [("512.0", 512), ("5e2", 500), ("-0.0", 0), ("0.5", 0.5), ("512", 512)]
)
def test_a_whole_number_is_an_integer_however_it_is_spelt(text: str, expected: float) -> None:
    number = json_object(f'{{"n": {text}}}'.encode())["n"]
    assert number == expected
    assert type(number) is type(expected)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_number_for_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        json_object(f'{{"n": {text}}}'.encode())
    assert (refused.value.status, refused.value.code) == (400, "invalid_json")


def test_a_number_too_large_for_a_float_stays_no_integer() -> None:
    parsed: dict[str, Any] = json_object(b'{"n": 1e999}')
    assert parsed["n"] == float("inf")
