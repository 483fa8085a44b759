"""Codes over fields: labels and lengths keep uses and fields apart."""

from hypothesis import given
from hypothesis import strategies as st

from darkroom.signing import code, is_code

KEY = b"an obviously fake signing key of enough bytes"


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_two_lists_share_a_code_only_if_they_are_equal(one: list[str], other: list[str]) -> None:
    assert (code(KEY, "label", *one) == code(KEY, "label", *other)) == (one == other)


def test_fields_can_not_be_shifted() -> None:
    assert code(KEY, "label", "ab", "c") != code(KEY, "label", "a", "bc")
    assert code(KEY, "label", "a") != code(KEY, "labela")


def test_code_of_one_label_or_key_is_none_of_another() -> None:
    given_code = code(KEY, "one", "a")
    assert is_code(given_code, KEY, "one", "a")
    assert not is_code(given_code, KEY, "two", "a")
    assert not is_code(given_code, KEY + b"x", "one", "a")


def test_what_is_not_shaped_like_a_code_is_none() -> None:
    for odd in (None, 5, b"x" * 43, "", "é" * 43, code(KEY, "one") + "\n"):
        assert not is_code(odd, KEY, "one")
