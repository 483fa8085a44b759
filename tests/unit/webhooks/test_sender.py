"""What a delivery attempt makes of each answer, on scripted connections."""

import hashlib
from functools import partial

import pytest

from darkroom.net.url_policy import check_url
from darkroom.webhooks.sender import MAX_ANSWER_BYTES, DeliveryResult, WebhookSender
from unit.net.scripted import ScriptedBackend, answer, client_of

URL = "https://hooks.example.com/a?b=c"
NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


def sender_of(backend: ScriptedBackend) -> WebhookSender:
    return WebhookSender(client_of(backend), partial(check_url), now=lambda: NOW)


def result_of(*reads: bytes) -> DeliveryResult:
    return sender_of(ScriptedBackend(reads)).send(URL, {"webhook-id": "evt_1"}, b"{}")


def short_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:8]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    result = result_of(answer(f"{status} Fine"))
    assert (result.ok, result.status_code, result.error) == (True, status, None)


def test_signed_headers_and_body_go_out_as_given() -> None:
    backend = ScriptedBackend([answer("200 OK")])
    sender_of(backend).send(URL, {"webhook-id": "evt_1", "content-type": "application/json"}, b'{"a":1}')
    assert backend.streams[0].written.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"webhook-id: evt_1\r\n" in backend.streams[0].written
    assert backend.streams[0].written.endswith(b'\r\n\r\n{"a":1}')


def test_answer_is_kept_as_a_short_hash() -> None:
    assert result_of(answer("200 OK", b"thanks")).response_sha256_8 == short_hash(b"thanks")
    assert result_of(answer("500 No", b"oops")).response_sha256_8 == short_hash(b"oops")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_redirect_is_a_failure_with_its_target_cut(status: int) -> None:
    backend = ScriptedBackend([answer(f"{status} Go\r\nLocation: https://10.0.0.1/{'a' * 500}")])
    result = sender_of(backend).send(URL, {}, b"{}")
    assert (result.ok, result.status_code, result.error) == (False, status, "redirect")
    assert result.detail == f"https://10.0.0.1/{'a' * 500}"[:200]
    assert len(backend.dialed) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503, 600])
def test_any_other_status_is_a_failure(status: int) -> None:
    result = result_of(answer(f"{status} No"))
    assert (result.ok, result.status_code, result.error, result.gone) == (False, status, "http_status", False)


def test_410_says_that_the_receiver_is_gone() -> None:
    assert result_of(answer("410 Gone")).gone


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0), ("soon", None)],
)
def test_retry_after_is_read_in_both_of_its_forms(value: str, seconds: float | None) -> None:
    assert result_of(answer(f"503 Busy\r\nRetry-After: {value}")).retry_after_seconds == seconds


def test_url_is_judged_again_at_each_attempt() -> None:
    backend = ScriptedBackend([answer("200 OK")])
    result = sender_of(backend).send("https://127.0.0.1/", {}, b"{}")
    assert (result.ok, result.error) == (False, "url_refused")
    assert result.detail == "webhook_url must name a host, not an IP address"
    assert not backend.dialed


def test_encoded_answer_is_not_read_and_its_status_counts() -> None:
    result = result_of(answer("200 OK\r\nContent-Encoding: gzip", b"\x1f\x8b bomb"))
    assert (result.ok, result.response_sha256_8) == (True, short_hash(b""))


def test_long_answer_is_read_up_to_the_limit_and_its_status_counts() -> None:
    backend = ScriptedBackend([answer("200 OK", b"x" * 1_000_000)])
    result = sender_of(backend).send(URL, {}, b"{}")
    head = len(answer("200 OK\r\nContent-Length: 1000000"))
    assert (result.ok, result.response_sha256_8) == (True, short_hash(b"x" * (MAX_ANSWER_BYTES - head)))
    assert backend.streams[0].closed


def test_body_that_is_cut_off_does_not_undo_the_status() -> None:
    result = result_of(answer("200 OK\r\nContent-Length: 100", b"half"))
    assert (result.ok, result.response_sha256_8) == (True, short_hash(b"half"))


def test_network_failure_is_a_value_and_names_no_status() -> None:
    result = result_of()
    assert (result.ok, result.status_code, result.error) == (False, None, "connection_lost")
    assert result.response_sha256_8 is None
    assert type(result.error) is str
    assert result.duration_ms >= 0
