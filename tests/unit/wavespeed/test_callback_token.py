"""The callback's address: it leads to one attempt of one job, and nobody else can make one."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.links import output_link
from darkroom.signing import code
from darkroom.wavespeed.callback import CallbackRefusedError
from darkroom.wavespeed.callback_token import CallbackTarget, callback_url, check

KEY = b"an obviously fake signing key of enough bytes"
TARGET = CallbackTarget("ten_1", "job_01", "att_0a")
URL = callback_url("https://api.example.com/prod", KEY, TARGET)
OWN = CallbackTarget("ten_1", "job_01", "att_0a", "c0ffee00-0000-4000-8000-000000000000")
QUERY = dict(parse_qsl(urlsplit(URL).query, strict_parsing=True))


def test_address_leads_back_to_its_attempt() -> None:
    assert URL.startswith("https://api.example.com/prod/callbacks/wavespeed?")
    assert check(KEY, QUERY) == TARGET


def query_of(target: CallbackTarget) -> dict[str, str]:
    url = callback_url("https://api.example.com/prod", KEY, target)
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def test_address_names_the_version_of_a_tenant_s_own_key() -> None:
    assert "key" not in QUERY
    assert check(KEY, query_of(OWN)) == OWN


@pytest.mark.parametrize("key", [None, "", "c0ffee00-0000-4000-8000-000000000001", "stack"])
def test_nobody_can_have_a_callback_verified_with_another_key(key: str | None) -> None:
    query = query_of(OWN)
    changed = {name: value for name, value in query.items() if name != "key"} | ({"key": key} if key else {})
    for forged in (changed, QUERY | {"key": OWN.key_version or ""}, QUERY | {"key": ""}):
        with pytest.raises(CallbackRefusedError):
            check(KEY, forged)


def test_address_is_the_same_for_the_same_attempt() -> None:
    assert callback_url("https://api.example.com/prod", KEY, TARGET) == URL


def test_further_parameters_are_passed_over() -> None:
    assert check(KEY, {**QUERY, "utm_source": "x"}) == check(KEY, QUERY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tenant", "ten_2"),
        ("job", "job_02"),
        ("attempt", "att_0b"),
        ("code", QUERY["code"][:-1]),
        ("code", QUERY["code"] + "A"),
        ("code", "é" * 43),
        ("code", ""),
        ("tenant", ""),
        ("tenant", "ten_1\n"),
        ("job", "x" * 100_000),
        ("attempt", "\ud800"),
    ],
)
def test_changed_address_is_refused(name: str, value: str) -> None:
    with pytest.raises(CallbackRefusedError):
        check(KEY, {**QUERY, name: value})


@pytest.mark.parametrize("name", ["tenant", "job", "attempt", "code"])
def test_incomplete_address_is_refused(name: str) -> None:
    with pytest.raises(CallbackRefusedError):
        check(KEY, {key: value for key, value in QUERY.items() if key != name})


def test_address_of_another_key_is_refused() -> None:
    with pytest.raises(CallbackRefusedError):
        check(KEY[::-1], QUERY)


def test_code_of_a_picture_link_opens_no_callback() -> None:
    link = output_link("https://api.example.com", KEY, "outputs/ten_1/job_01/att_0a", 1)
    stolen = dict(parse_qsl(urlsplit(link).query))["signature"]
    for other in (stolen, code(KEY, "another label", "ten_1", "job_01", "att_0a")):
        with pytest.raises(CallbackRefusedError):
            check(KEY, {**QUERY, "code": other})


@given(st.dictionaries(st.sampled_from(["tenant", "job", "attempt", "code"]), st.text()))
def test_hostile_query_is_refused_and_nothing_else(query: dict[str, str]) -> None:
    with pytest.raises(CallbackRefusedError):
        check(KEY, query)


@pytest.mark.parametrize("name", ["", "a b", "a&b", "a/b", "é", "x" * 129])
def test_name_that_can_not_stand_in_an_address_is_not_put_there(name: str) -> None:
    with pytest.raises(ValueError, match="can't stand"):
        callback_url("https://api.example.com", KEY, CallbackTarget("ten_1", name, "att_0a"))
