"""Cursors: read back by the tenant that got them, refused in every other form."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.jobs_cursor import read_cursor, write_cursor

CREATED = "1760000000123#job_01abc"


def test_a_cursor_is_read_back_and_can_stand_in_a_url() -> None:
    cursor = write_cursor("acme", CREATED)
    assert read_cursor("acme", cursor) == CREATED
    assert not set(cursor) & set("+/=&?#% ")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        write_cursor("rival", CREATED),
        write_cursor("acme", CREATED) + "!",
        encoded("acme"),
        encoded("acme/1760000000123#"),
        encoded("acme/17600#job_1"),
        encoded("acme/1760000000123#job_1\n"),
        encoded("acme/1760000000123#" + "j" * 65),
        encoded("acme/١٧٦٠٠٠٠٠٠٠١٢٣#job_1"),
    ],
)
def test_a_cursor_of_another_form_or_tenant_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        read_cursor("acme", cursor)


@given(st.text() | st.text(st.sampled_from("ABCabc019-_="), max_size=80))
def test_any_text_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        read_cursor("acme", cursor)
