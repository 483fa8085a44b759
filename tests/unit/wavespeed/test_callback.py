"""Upstream's v3 signature, made here by its own documentation's recipe, and the callback's body."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.wavespeed.callback import (
    CallbackRefusedError,
    UpstreamCallback,
    read_callback,
    verify_signature,
)

SECRET = "whsec_b2J2aW91c2x5LWZha2U="
NOW = 1_747_634_955
BODY = b'{"id": "a1", "status": "completed", "outputs": []}'


def signature(
    body: bytes = BODY, secret: str = SECRET, webhook_id: str = "msg_1", timestamp: object = NOW
) -> str:
    """The key is the secret's text without its prefix, not base64-decoded (contract page)."""
    message = f"{webhook_id}.{timestamp}.".encode() + body
    return "v3," + hmac.new(secret.removeprefix("whsec_").encode(), message, hashlib.sha256).hexdigest()


def headers(**changes: str) -> dict[str, str]:
    names = {"id": "msg_1", "timestamp": str(NOW), "signature": signature(), **changes}
    return {f"webhook-{name}": value for name, value in names.items()}


def refusal(given: dict[str, str], body: bytes = BODY, secret: str = SECRET, now: float = NOW) -> str:
    with pytest.raises(CallbackRefusedError) as refused:
        verify_signature(secret, given, body, now)
    return str(refused.value)


def test_authentic_callback_passes() -> None:
    verify_signature(SECRET, headers(), BODY, NOW)
    verify_signature(SECRET.removeprefix("whsec_") + "\n", headers(), BODY, NOW)


def test_header_names_may_come_in_any_case() -> None:
    verify_signature(SECRET, {name.upper(): value for name, value in headers().items()}, BODY, NOW)


def test_hexadecimal_may_come_in_any_case() -> None:
    verify_signature(SECRET, headers(signature="v3," + signature()[3:].upper()), BODY, NOW)


@pytest.mark.parametrize("skew", [-300, 0, 299.9, 300])
def test_timestamp_within_the_tolerance_passes(skew: float) -> None:
    verify_signature(SECRET, headers(), BODY, NOW + skew)


@pytest.mark.parametrize("skew", [-301, 300.1, 86_400])
def test_timestamp_outside_of_the_tolerance_is_refused(skew: float) -> None:
    assert refusal(headers(), now=NOW + skew) == "the timestamp is outside of the tolerance"


def test_one_matching_signature_of_several_is_enough() -> None:
    several = f"v1,Zm9v v3,{'0' * 64}  {signature()} v4,x"
    verify_signature(SECRET, headers(signature=several), BODY, NOW)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(signature(body=b"{}"), id="another body"),
        pytest.param(signature(secret="whsec_other"), id="another secret"),
        pytest.param(signature(webhook_id="msg_2"), id="another id"),
        pytest.param(signature(timestamp=NOW - 1), id="another time"),
        pytest.param(signature()[3:], id="no version"),
        pytest.param("v1," + signature()[3:], id="another version"),
        pytest.param(signature()[:-1], id="cut"),
        pytest.param(signature() + "0", id="longer"),
        pytest.param(signature() + "\n", id="line end"),
        pytest.param("v3," + "é" * 64, id="no hexadecimal"),
        pytest.param("", id="empty"),
        pytest.param("v3,0 " * 1000 + signature(), id="far too many"),
    ],
)
def test_any_other_signature_is_refused(given: str) -> None:
    assert refusal(headers(signature=given)) == "no signature matches"


def test_secret_is_not_decoded_as_in_standard_webhooks() -> None:
    key = b"obviously-fake"
    message = f"msg_1.{NOW}.".encode() + BODY
    standard = "v3," + hmac.new(key, message, hashlib.sha256).hexdigest()
    assert refusal(headers(signature=standard)) == "no signature matches"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_missing_header_is_refused(name: str) -> None:
    given = headers()
    del given[name]
    assert refusal(given)


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "1e9", "1747634955.0", "٣", "9" * 400, f"{NOW}\n"])
def test_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    given = headers(timestamp=timestamp, signature=signature(timestamp=timestamp))
    assert refusal(given) == "webhook-timestamp is missing or malformed"


@pytest.mark.parametrize("secret", ["", "whsec_", " \n"])
def test_without_a_secret_nothing_is_authentic(secret: str) -> None:
    assert refusal(headers(signature=signature(secret=secret)), secret=secret)


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "Webhook-Timestamp", "webhook-signature"]), st.text()),
    st.binary(),
)
def test_hostile_headers_are_refused_and_nothing_else(given_headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallbackRefusedError):
        verify_signature(SECRET, given_headers, body, NOW)


def test_body_names_the_prediction_and_its_status() -> None:
    assert read_callback(BODY) == UpstreamCallback("a1", "completed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"not json",
        b"[" * 100_000,
        b'{"id": "a1"}',
        b'{"id": "../a1", "status": "failed"}',
        json.dumps({"code": 200, "data": {"id": "a1", "status": "failed"}}).encode(),
    ],
)
def test_body_that_is_no_prediction_is_refused(body: bytes) -> None:
    with pytest.raises(CallbackRefusedError):
        read_callback(body)
