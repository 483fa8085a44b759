"""Links to pictures: only ours open, only in time, only for their own picture."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.links import LinkRefusedError, check_link, output_link

KEY = b"an obviously fake signing key of enough bytes"
S3_KEY = "outputs/ten_1/job_01/0.png"
EXPIRES = 1_800_000_000


def parts(link: str) -> tuple[str, str, str]:
    url = urlsplit(link)
    query = parse_qs(url.query, strict_parsing=True)
    return url.path.split("/prod/", 1)[1], query["expires"][0], query["signature"][0]


LINK = output_link("https://api.example.com/prod", KEY, S3_KEY, EXPIRES)
SIGNATURE = parts(LINK)[2]


def test_link_opens_until_it_expires() -> None:
    assert LINK.startswith(
        "https://api.example.com/prod/outputs/ten_1/job_01/0.png?expires=1800000000&signature="
    )
    check_link(KEY, *parts(LINK), now=EXPIRES - 0.1)
    with pytest.raises(LinkRefusedError) as refused:
        check_link(KEY, *parts(LINK), now=EXPIRES)
    assert refused.value.reason == "expired"


def test_link_is_the_same_for_the_same_picture_and_time() -> None:
    assert output_link("https://api.example.com/prod", KEY, S3_KEY, EXPIRES) == LINK


@pytest.mark.parametrize(
    ("s3_key", "expires", "signature"),
    [
        pytest.param(S3_KEY.replace("ten_1", "ten_2"), str(EXPIRES), SIGNATURE, id="another tenant"),
        pytest.param(S3_KEY.replace("job_01", "job_02"), str(EXPIRES), SIGNATURE, id="another job"),
        pytest.param(S3_KEY, str(EXPIRES + 1), SIGNATURE, id="a longer life"),
        pytest.param(S3_KEY, f"0{EXPIRES}", SIGNATURE, id="the same time in another spelling"),
        pytest.param(S3_KEY, f"{EXPIRES}\n", SIGNATURE, id="a line end"),
        pytest.param(S3_KEY, "٣", SIGNATURE, id="other digits"),
        pytest.param(S3_KEY, "9" * 5000, SIGNATURE, id="a number without end"),
        pytest.param(S3_KEY, None, SIGNATURE, id="no time"),
        pytest.param(S3_KEY, str(EXPIRES), None, id="no signature"),
        pytest.param(S3_KEY, str(EXPIRES), "", id="empty signature"),
        pytest.param(S3_KEY, str(EXPIRES), SIGNATURE + "=", id="padded signature"),
        pytest.param(S3_KEY, str(EXPIRES), "é" * 43, id="not ASCII"),
        pytest.param("outputs/ten_1/job_01/../0.png", str(EXPIRES), SIGNATURE, id="a path that climbs"),
    ],
)
def test_any_other_link_is_refused(s3_key: str, expires: str | None, signature: str | None) -> None:
    with pytest.raises(LinkRefusedError) as refused:
        check_link(KEY, s3_key, expires, signature, now=0)
    assert refused.value.reason == "bad signature"


def test_link_of_another_key_is_refused_even_if_expired() -> None:
    link = output_link("https://api.example.com/prod", KEY[::-1], S3_KEY, 5)
    with pytest.raises(LinkRefusedError) as refused:
        check_link(KEY, *parts(link), now=10)
    assert refused.value.reason == "bad signature"


@given(st.text(), st.text() | st.none(), st.text() | st.none())
def test_no_input_raises_anything_else(s3_key: str, expires: str | None, signature: str | None) -> None:
    with pytest.raises(LinkRefusedError):
        check_link(KEY, s3_key, expires, signature, now=0)


@pytest.mark.parametrize(
    "s3_key", ["", "0.png", "events/a/b/c", "outputs/a/b", "outputs/a/../c", "outputs/a/b/c/d"]
)
def test_only_outputs_are_linked(s3_key: str) -> None:
    with pytest.raises(ValueError, match="not the key of an output"):
        output_link("https://api.example.com", KEY, s3_key, EXPIRES)


def test_short_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        output_link("https://api.example.com", b"", S3_KEY, EXPIRES)
