"""Attribute values: what goes in comes out, as far as DynamoDB keeps the difference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.attributes import from_item, to_attribute, to_item

numbers = st.one_of(
    st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15, allow_nan=False, allow_subnormal=False)
)
scalars = st.one_of(st.text(), st.booleans(), numbers)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4), st.dictionaries(st.text(), inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1), values, max_size=6))
def test_values_survive_the_way_there_and_back(item: dict[str, Any]) -> None:
    assert from_item(to_item(item)) == item


@pytest.mark.parametrize("nothing", [None, {}, [], ()])
def test_what_is_nothing_takes_no_space(nothing: object) -> None:
    assert to_item({"empty": nothing, "zero": 0, "no": False, "blank": ""}) == {
        "zero": {"N": "0"},
        "no": {"BOOL": False},
        "blank": {"S": ""},
    }


def test_a_time_keeps_all_its_digits() -> None:
    assert to_attribute(1_760_000_000.1234567) == {"N": "1760000000.1234567"}


@pytest.mark.parametrize(
    ("text", "number"), [("1760000000", 1760000000), ("1.76E+9", 1760000000), ("-7", -7)]
)
def test_a_number_is_read_however_dynamodb_spells_it(text: str, number: int) -> None:
    read = from_item({"n": {"N": text}})["n"]
    assert (read, type(read)) == (number, int)


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_what_has_no_place_in_an_item_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        to_attribute(value)
