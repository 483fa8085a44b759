"""Our signatures, judged by the vector that Standard Webhooks publishes and by its own library."""

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from darkroom.webhooks.standard_webhooks import new_secret, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def headers(signature: str, timestamp: int) -> dict[str, str]:
    return {"webhook-id": "evt_1", "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def test_published_vector_is_met() -> None:
    signature = sign([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_prefix_is_no_part_of_the_key() -> None:
    assert sign([SECRET], "a", 1, b"b") == sign([SECRET.removeprefix("whsec_")], "a", 1, b"b")


@given(st.dictionaries(st.text(), st.text() | st.integers()))
def test_library_accepts_what_we_sign(event: dict[str, str | int]) -> None:
    secret, now = new_secret(), int(time.time())
    body = json.dumps(event, ensure_ascii=False).encode()
    assert Webhook(secret).verify(body, headers(sign([secret], "evt_1", now, body), now)) == event


def test_both_secrets_verify_while_a_rotation_overlaps() -> None:
    old, new, now = new_secret(), new_secret(), int(time.time())
    signature = sign([old, new], "evt_1", now, b"{}")
    assert signature.split() == [sign([old], "evt_1", now, b"{}"), sign([new], "evt_1", now, b"{}")]
    for secret in (old, new):
        assert Webhook(secret).verify(b"{}", headers(signature, now)) == {}


@pytest.mark.parametrize(
    ("webhook_id", "shift", "body"), [("evt_2", 0, b"{}"), ("evt_1", 1, b"{}"), ("evt_1", 0, b"{ }")]
)
def test_signature_covers_id_timestamp_and_body(webhook_id: str, shift: int, body: bytes) -> None:
    secret, now = new_secret(), int(time.time())
    signature = sign([secret], webhook_id, now + shift, body)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{}", headers(signature, now))


def test_new_secret_is_32_random_bytes() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) for secret in made} == {32}


@pytest.mark.parametrize("secrets", [[], ["whsec_"], ["whsec_not base64!"], [SECRET, ""]])
def test_nothing_is_sent_with_a_bad_secret(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match=r"secret|unsigned|[Bb]ase64"):
        sign(secrets, "evt_1", 1, b"{}")
