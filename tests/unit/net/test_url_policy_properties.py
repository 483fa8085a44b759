"""No text slips through the policy, and no two parsers disagree about what does get through."""

from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from darkroom.net.url_policy import UrlRefusedError, check_url

HOST_TEXT = st.text(
    st.sampled_from("aZ09.-_:@%[]/\\?# xn") | st.characters(codec="utf-8"), min_size=1, max_size=24
)


@given(HOST_TEXT, st.text(max_size=12))
@example("xn--a", "")
@example("xn--zca", "")
def test_every_text_is_refused_or_sent_in_a_form_that_all_parsers_read_alike(host: str, rest: str) -> None:
    try:
        safe = check_url(f"https://{host}.com/{rest}")
    except UrlRefusedError:
        return
    assert str(safe).isascii()
    assert str(check_url(str(safe))) == str(safe)
    assert urlsplit(str(safe)).hostname == safe.host
    parsed = httpx.URL(str(safe))
    assert (parsed.raw_host, parsed.port, parsed.userinfo) == (safe.host.encode(), None, b"")


@given(st.text(max_size=60))
def test_no_text_raises_anything_but_the_refusal(text: str) -> None:
    with pytest.raises(UrlRefusedError):
        check_url(text + "\n")
    for url in (text, f"https://{text}", f"https://xn--{text}.com"):
        with suppress(UrlRefusedError):
            assert check_url(url).scheme == "https"
