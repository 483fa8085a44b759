"""The webhook receiver: what it keeps, what it believes, how it misbehaves."""

import base64
import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks import Webhook

from local.receiver.app import receiver_in_thread
from local.receiver.behaviour import Rule
from local.receiver.client import ReceiverClient, ReceiverError
from local.simulator.signing import signed_headers

SECRET = "whsec_" + base64.b64encode(b"not a real secret, for tests").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, just as fake").decode()
BODY = json.dumps({"id": "job_1", "status": "completed", "prompt": "日落"}, ensure_ascii=False)


@pytest.fixture
def receiver() -> Iterator[ReceiverClient]:
    with receiver_in_thread({"acme": SECRET}, {"upstream": OTHER}) as client:
        yield client


def _signed(secret: str = SECRET, message_id: str = "evt_1", body: str = BODY) -> dict[str, str]:
    now = datetime.now(UTC)
    signature = Webhook(secret).sign(message_id, now, body)
    stamp = str(int(now.timestamp()))
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signature}


def _post(
    receiver: ReceiverClient, path: str = "/hook", headers: dict[str, str] | None = None
) -> httpx.Response:
    given = _signed() if headers is None else headers
    return httpx.post(receiver.url + path, content=BODY.encode(), headers=given, timeout=5)


def test_standard_webhook_is_kept_and_verified(receiver: ReceiverClient) -> None:
    before_ms = time.time_ns() // 1_000_000
    assert _post(receiver, "/hook/a?x=1").status_code == 200
    (kept,) = receiver.received()
    assert (kept.method, kept.path, kept.query, kept.body) == ("POST", "/hook/a", "x=1", BODY)
    assert (kept.verified, kept.scheme, kept.secret, kept.reason) == (True, "v1", "acme", None)
    assert kept.webhook_id == "evt_1"
    assert kept.json()["prompt"] == "日落"
    assert before_ms <= kept.received_at_ms <= time.time_ns() // 1_000_000
    assert datetime.fromisoformat(kept.received_at).timestamp() * 1000 == pytest.approx(kept.received_at_ms)


def test_upstreams_scheme_is_verified_with_its_own_secrets(receiver: ReceiverClient) -> None:
    _post(receiver, headers=signed_headers(OTHER, "msg_1", int(time.time()), BODY.encode()))
    (kept,) = receiver.received()
    assert (kept.verified, kept.scheme, kept.secret) == (True, "v3", "upstream")


def test_webhook_signed_with_an_unknown_secret_is_kept_with_the_reason(receiver: ReceiverClient) -> None:
    _post(receiver, headers=_signed(OTHER))
    (kept,) = receiver.received()
    assert not kept.verified
    assert kept.reason == "acme: No matching signature found; upstream (v3): No matching signature found"


def test_secrets_can_be_changed_while_it_runs(receiver: ReceiverClient) -> None:
    receiver.set_secrets({"globex": OTHER})
    _post(receiver, headers=_signed(OTHER))
    _post(receiver)
    assert [(kept.verified, kept.secret) for kept in receiver.received()] == [(True, "globex"), (False, None)]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a"])
def test_secret_that_is_none_is_refused(receiver: ReceiverClient, secret: str) -> None:
    with pytest.raises(ReceiverError, match="400"):
        receiver.set_secrets({"acme": secret})


def test_received_can_be_picked_by_id_path_time_and_number(receiver: ReceiverClient) -> None:
    for message_id, path in (("evt_1", "/a"), ("evt_2", "/b"), ("evt_2", "/b")):
        _post(receiver, path, _signed(message_id=message_id))
        time.sleep(0.002)
    first, second, third = receiver.received()
    assert receiver.received(webhook_id="evt_1") == [first]
    assert receiver.received(path="/b") == [second, third]
    assert receiver.received(since_ms=second.received_at_ms) == [second, third]
    assert receiver.received(after=second.number) == [third]
    receiver.clear()
    assert receiver.received() == []


def test_waiting_ends_with_what_came_or_says_what_did_not(receiver: ReceiverClient) -> None:
    _post(receiver)
    assert len(receiver.wait_for(1, path="/hook")) == 1
    with pytest.raises(ReceiverError, match="1 of 2 webhooks"):
        receiver.wait_for(2, timeout_seconds=0.05)


def test_rule_applies_by_path_and_as_often_as_said(receiver: ReceiverClient) -> None:
    receiver.behave(Rule(path="/bad/*", status=503, headers={"Retry-After": "9"}, count=2))
    answers = [_post(receiver, path) for path in ("/bad/1", "/good", "/bad/2", "/bad/3")]
    assert [answer.status_code for answer in answers] == [503, 200, 503, 200]
    assert answers[0].headers["retry-after"] == "9"
    assert [kept.answered for kept in receiver.received()] == [503, 200, 503, 200]


@pytest.mark.parametrize("status", [204, 302, 410, 429, 500])
def test_any_status_can_be_answered(receiver: ReceiverClient, status: int) -> None:
    receiver.behave(Rule(status=status, headers={"Location": "http://169.254.169.254/"}))
    answer = _post(receiver)
    assert (answer.status_code, answer.headers["location"]) == (status, "http://169.254.169.254/")


def test_flaky_rule_applies_now_and_then(receiver: ReceiverClient) -> None:
    receiver.behave(Rule(status=500, probability=0.5))
    statuses = {_post(receiver).status_code for _ in range(20)}
    assert statuses == {200, 500}


@pytest.mark.parametrize(
    "rule", [Rule(delay_seconds=0.3, body="slowly"), Rule(drip_seconds=0.3, body="slowly")]
)
def test_answer_may_be_late_or_drip(receiver: ReceiverClient, rule: Rule) -> None:
    receiver.behave(rule)
    started = time.monotonic()
    assert _post(receiver).text == "slowly"
    assert time.monotonic() - started >= 0.29


def test_hanging_answer_never_comes(receiver: ReceiverClient) -> None:
    receiver.behave(Rule(hang=True))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(receiver.url, timeout=0.2)
    assert receiver.received()[0].answered is None


def test_connection_may_end_without_an_answer(receiver: ReceiverClient) -> None:
    receiver.behave(Rule(disconnect=True))
    with pytest.raises(httpx.RemoteProtocolError):
        _post(receiver)


def test_answer_may_be_huge_and_packed(receiver: ReceiverClient) -> None:
    receiver.behave(Rule(padding_bytes=1_000_000, gzip=True))
    with httpx.stream("POST", receiver.url) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 20_000
    assert len(gzip.decompress(packed)) == 1_000_002


def test_rule_that_makes_no_sense_is_refused(receiver: ReceiverClient) -> None:
    answer = httpx.put(f"{receiver.url}/_behaviour", json=[{"colour": "red"}])
    assert answer.status_code == 400
    assert "colour" in answer.json()["message"]
    assert httpx.get(f"{receiver.url}/_received?since=soon").status_code == 400


def test_rules_in_force_can_be_read_and_taken_back(receiver: ReceiverClient) -> None:
    receiver.behave(Rule(status=500))
    assert httpx.get(f"{receiver.url}/_behaviour").json()[0]["status"] == 500
    receiver.behave()
    assert _post(receiver).status_code == 200
