"""Which signatures the receiver believes."""

import base64
import hmac
import time
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from local.receiver.verification import verify
from local.simulator.signing import signed_headers

SECRET = "whsec_" + base64.b64encode(b"not a real secret, for tests").decode()
BODY = b'{"id": "job_1"}'
ID = "evt_1"


def _headers(age: timedelta = timedelta(), **changes: str) -> dict[str, str]:
    moment = datetime.now(UTC) - age
    fixed = {
        "webhook-id": ID,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(ID, moment, BODY.decode()),
    }
    return {**fixed, **{name.replace("_", "-"): value for name, value in changes.items()}}


def test_own_secret_among_several_is_found() -> None:
    other = "whsec_" + base64.b64encode(b"another secret, just as fake").decode()
    verdict = verify(_headers(), BODY, {"other": other, "own": SECRET}, {})
    assert (verdict.verified, verdict.scheme, verdict.secret) == (True, "v1", "own")


def test_second_of_two_signatures_counts_as_after_a_rotation() -> None:
    headers = _headers()
    headers["webhook-signature"] = "v1,AAAA " + headers["webhook-signature"]
    assert verify(headers, BODY, {"own": SECRET}, {}).verified


def test_changed_body_is_not_believed() -> None:
    assert verify(_headers(), BODY + b" ", {"own": SECRET}, {}).reason == "own: No matching signature found"


@pytest.mark.parametrize("age", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_old_and_future_timestamps_are_not_believed(age: timedelta) -> None:
    assert "timestamp too" in str(verify(_headers(age), BODY, {"own": SECRET}, {}).reason)


@pytest.mark.parametrize("signature", ["v1", "v1,***", "v1,a,b", "v1,A"])
def test_malformed_signature_is_not_believed(signature: str) -> None:
    verdict = verify(_headers(webhook_signature=signature), BODY, {"own": SECRET}, {})
    assert not verdict.verified
    assert str(verdict.reason).startswith("own: ")


def test_body_that_is_not_utf8_is_not_believed() -> None:
    assert "malformed" in str(verify(_headers(), b"\xff", {"own": SECRET}, {}).reason)


def test_nothing_is_believed_without_a_secret() -> None:
    assert verify(_headers(), BODY, {}, {}).reason == "no secret known"


@pytest.mark.parametrize(("age_seconds", "believed"), [(0, True), (299, True), (302, False), (-302, False)])
def test_upstreams_scheme_is_believed_within_its_tolerance(age_seconds: int, believed: bool) -> None:
    headers = signed_headers(SECRET, ID, int(time.time()) - age_seconds, BODY)
    assert verify(headers, BODY, {}, {"upstream": SECRET}).verified is believed


def _gateway(timestamp: int, *secrets: str, body: bytes = BODY) -> str:
    message = f"{timestamp}.".encode() + body
    codes = [hmac.new(secret.encode(), message, "sha256").hexdigest() for secret in secrets]
    return f"t={timestamp}," + ",".join(f"v1={code}" for code in codes)


NOW = int(time.time())


@pytest.mark.parametrize("secrets", [(SECRET,), ("another", SECRET), (SECRET, "another")])
def test_a_gateway_signature_beside_a_good_one_is_believed(secrets: tuple[str, ...]) -> None:
    headers = _headers() | {"x-gateway-signature": _gateway(int(time.time()), *secrets)}
    assert verify(headers, BODY, {"own": SECRET}, {}).verified


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        f"t={NOW},v1=" + "0" * 64,
        _gateway(NOW, "another"),
        _gateway(NOW, SECRET, body=b"other"),
        _gateway(NOW, SECRET.removeprefix("whsec_")),
        _gateway(NOW - 400, SECRET),
        _gateway(NOW, SECRET).replace("v1=", "v0="),
    ],
    ids=["empty", "no code", "zeros", "another secret", "another body", "without prefix", "old", "version 0"],
)
def test_a_bad_gateway_signature_spoils_a_good_one(header: str) -> None:
    verdict = verify(_headers() | {"x-gateway-signature": header}, BODY, {"own": SECRET}, {})
    assert not verdict.verified
    assert "X-Gateway-Signature" in str(verdict.reason)


def test_schemes_do_not_stand_in_for_each_other() -> None:
    now = int(time.time())
    assert not verify(signed_headers(SECRET, ID, now, BODY), BODY, {"own": SECRET}, {}).verified
    assert not verify(_headers(), BODY, {}, {"upstream": SECRET}).verified
