"""What a webhook carries and how it is signed, by its format; verified by whoever wrote the scheme."""

import hashlib
import hmac
import json
import time

import pytest
from aigateway import verify_webhook  # type: ignore[import-untyped]  # it has no types
from standardwebhooks import Webhook

from darkroom.jobs.job import Job
from darkroom.jobs.request import WebhookFormat
from darkroom.wavespeed.callback import read_callback, verify_signature
from darkroom.webhooks.formats import WebhookFormats
from darkroom.webhooks.gateway_signature import gateway_signature
from darkroom.webhooks.v3_signature import sign_v3
from memory.jobs import a_job

OLD = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="
NEW = "whsec_" + "enl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmEwMTIzNDU="
FORMATS = WebhookFormats(
    lambda job: json.dumps({"type": "job.completed", "data": {"id": job.id}}).encode(),
    lambda job: json.dumps({"id": job.id, "status": "completed"}).encode(),
)
EVENT = a_job()
PREDICTION = a_job(webhook_format=WebhookFormat.PREDICTION)


def made(job: Job, *secrets: str) -> tuple[dict[str, str], bytes]:
    body = FORMATS.body(job)
    return FORMATS.headers(job, int(time.time()), body, secrets), body


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_an_event_is_verified_by_the_official_package_with_either_secret_of_a_rotation(secret: str) -> None:
    headers, body = made(EVENT, OLD, NEW)
    assert Webhook(secret).verify(body, headers)["type"] == "job.completed"


def test_an_event_is_verified_by_aigateways_client_with_the_newest_secret() -> None:
    """Its verifier looks at the last signature alone."""
    headers, body = made(EVENT, OLD, NEW)
    assert verify_webhook(NEW, body, headers["x-gateway-signature"])
    assert not verify_webhook(OLD, body, headers["x-gateway-signature"])
    assert headers["x-gateway-signature"].count("v1=") == 2


def test_a_prediction_is_verified_by_what_verifies_wavespeeds_own_callbacks() -> None:
    headers, body = made(PREDICTION, OLD, NEW)
    verify_signature(NEW, headers, body, time.time())
    assert read_callback(body).prediction_id == PREDICTION.id


def test_a_prediction_is_verified_by_a_receiver_written_from_the_contract() -> None:
    headers, body = made(PREDICTION, NEW)
    version, _, code = headers["webhook-signature"].partition(",")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = NEW.split("whsec_")[1].encode()
    assert version == "v3"
    assert hmac.compare_digest(code, hmac.new(key, signed, hashlib.sha256).hexdigest())
    assert "x-gateway-signature" not in headers


@pytest.mark.parametrize("job", [EVENT, PREDICTION])
def test_the_id_is_the_same_at_every_attempt_and_the_time_is_fresh(job: Job) -> None:
    body = FORMATS.body(job)
    first, second = (FORMATS.headers(job, at, body, [NEW]) for at in (1_000, 2_000))
    assert first["webhook-id"] == second["webhook-id"]
    assert (first["webhook-timestamp"], second["webhook-timestamp"]) == ("1000", "2000")
    assert first["webhook-signature"] != second["webhook-signature"]


def test_nothing_is_signed_without_a_secret() -> None:
    with pytest.raises(ValueError, match="unsigned"):
        gateway_signature([], 1, b"{}")
    for empty in ("", "whsec_"):
        with pytest.raises(ValueError, match="unsigned"):
            sign_v3(empty, "evt_1", 1, b"{}")
