"""The `v3` scheme of the contract page, and how it differs from Standard Webhooks."""

import base64
import hashlib
import hmac

import pytest

from local.simulator.forgery import VARIANTS, forged
from local.simulator.signing import sign_v3, signed_headers

SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQ="
BODY = '{"id":"1","status":"completed","prompt":"日落"}'.encode()


def _hmac(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.digest(key, b".".join((message_id.encode(), timestamp.encode(), body)), hashlib.sha256)


def test_key_is_the_secrets_text_without_its_prefix() -> None:
    expected = _hmac(b"bm90LWEtcmVhbC1zZWNyZXQ=", "msg_1", "1700000000", BODY).hex()
    assert sign_v3(SECRET, "msg_1", 1_700_000_000, BODY) == f"v3,{expected}"


def test_signature_known_from_outside() -> None:
    """Made with `printf 'm.1.{}' | openssl dgst -sha256 -hmac 'abc'`."""
    assert (
        sign_v3("whsec_abc", "m", 1, b"{}")
        == "v3,8fb8ecb6ba0fb10dfe4335a3b6a05161398e9397e55074e0dd04e7d6f4d6a467"
    )


def test_headers_carry_what_was_signed() -> None:
    headers = signed_headers(SECRET, "msg_1", 1_700_000_000, BODY)
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == "1700000000"
    assert headers["webhook-signature"] == sign_v3(SECRET, "msg_1", 1_700_000_000, BODY)


def _valid(body: bytes, headers: dict[str, str]) -> bool:
    timestamp = int(headers["webhook-timestamp"])
    expected = sign_v3(SECRET, headers["webhook-id"], timestamp, body)
    return headers.get("webhook-signature") == expected


@pytest.mark.parametrize("variant", VARIANTS)
def test_forgery_is_no_true_message(variant: str) -> None:
    headers = signed_headers(SECRET, "msg_1", 1_700_000_000, BODY)
    url, body, changed = forged(variant, "http://127.0.0.1/", BODY, headers, SECRET)
    assert url == "http://127.0.0.1/"
    assert (body, changed) != (BODY, headers)
    assert _valid(body, changed) is (variant == "old_timestamp")


def test_forgery_by_standard_webhooks_is_made_with_the_true_key() -> None:
    headers = signed_headers(SECRET, "msg_1", 1_700_000_000, BODY)
    _, body, changed = forged("v1_scheme", "", BODY, headers, SECRET)
    digest = _hmac(b"not-a-real-secret", "msg_1", changed["webhook-timestamp"], body)
    assert changed["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_unknown_forgery_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown variant"):
        forged("invisible", "", BODY, {"webhook-id": "msg_1"}, SECRET)
