"""Receivers that want to hold a worker, fill its memory, or lead it elsewhere."""

import gzip
import time
import tracemalloc
from contextlib import closing
from functools import partial
from socket import socket

import pytest

from darkroom.net.client import GuardedClient
from darkroom.net.dialer import GuardedDialer
from darkroom.net.url_policy import check_url
from darkroom.webhooks.sender import DeliveryResult, WebhookSender
from hostile.loopback import (
    Behaviour,
    Loopback,
    answering,
    dripping,
    flooding,
    loopback,
    read_request,
    resetting,
    silent,
)

DEADLINE_SECONDS = 0.2
SLACK_SECONDS = 1.0
PLENTY_SECONDS = 10.0
"""Where the deadline is not what ends the request."""
BODY = b'{"type":"job.completed"}'


def send(server: Loopback, body: bytes = BODY, deadline_seconds: float = PLENTY_SECONDS) -> DeliveryResult:
    targets = frozenset({server.target})
    with closing(GuardedClient(GuardedDialer(local_targets=targets))) as client:
        sender = WebhookSender(client, partial(check_url, local_targets=targets))
        return sender.send(f"http://{server.target}/hook", {"webhook-id": "evt_1"}, body, deadline_seconds)


def send_to(behave: Behaviour, body: bytes = BODY) -> DeliveryResult:
    with loopback(behave) as server:
        return send(server, body)


def send_in_vain_to(behave: Behaviour, body: bytes = BODY) -> DeliveryResult:
    """The result, after a time that no behaviour may stretch."""
    with loopback(behave) as server:
        started = time.monotonic()
        result = send(server, body, DEADLINE_SECONDS)
        assert DEADLINE_SECONDS <= time.monotonic() - started < DEADLINE_SECONDS + SLACK_SECONDS
    assert result.duration_ms >= DEADLINE_SECONDS * 1000
    return result


def test_polite_receiver_is_delivered_to() -> None:
    result = send_to(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    assert (result.ok, result.status_code, result.error) == (True, 200, None)


@pytest.mark.parametrize("drop", [b"a", b"x: y\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_dripping_header_ends_at_the_deadline(drop: bytes) -> None:
    head = b"" if drop.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\nx: "
    result = send_in_vain_to(dripping(head, drop))
    assert (result.ok, result.error) == (False, "deadline")


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (b"HTTP/1.0 500 No\r\n\r\n", b"x"),
    ],
)
def test_dripping_body_ends_at_the_deadline_and_its_status_counts(head: bytes, drop: bytes) -> None:
    result = send_in_vain_to(dripping(head, drop))
    assert (result.status_code, result.error) == (500, "http_status")
    assert result.duration_ms >= DEADLINE_SECONDS * 1000


def test_silent_receiver_ends_at_the_deadline() -> None:
    assert send_in_vain_to(silent).error == "deadline"


def test_receiver_that_never_reads_ends_at_the_deadline() -> None:
    def unread(connection: socket) -> None:
        time.sleep(2 * DEADLINE_SECONDS)

    assert send_in_vain_to(unread, body=bytes(20_000_000)).error == "deadline"


def test_reset_connection_is_lost() -> None:
    assert send_to(resetting).error == "connection_lost"


def test_receiver_that_answers_and_hangs_up_before_reading_all_is_heard() -> None:
    def early(connection: socket) -> None:
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        while connection.recv(65536):
            pass

    result = send_to(early, body=bytes(1_000_000))
    assert (result.status_code, result.error) == (413, "http_status")


@pytest.mark.parametrize(
    ("head", "flood", "ok", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", b"x" * 65536, True, None),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, True, None),
        (b"HTTP/1.1 200 OK\r\nx: ", b"x" * 65536, False, "answer_too_large"),
        (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 10_000, False, "answer_too_large"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3000, False, "answer_too_large"),
        (b"", b"HTTP/1.1 200 " + b"x" * 65536, False, "answer_too_large"),
    ],
)
def test_flood_is_read_up_to_64_kib_and_not_held(head: bytes, flood: bytes, ok: bool, error: str) -> None:
    sent: list[int] = []
    tracemalloc.start()
    try:
        result = send_to(flooding(head, flood, sent))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (result.ok, result.error) == (ok, error)
    assert sum(sent) < 12_000_000  # what the kernel's buffers on both sides take, not what a stream would
    assert peak_bytes < 2_000_000


def test_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))[:60_000]
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    behave = answering(head + bomb)
    tracemalloc.start()
    try:
        result = send_to(behave)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.ok
    assert peak_bytes < 2_000_000


def test_redirect_is_recorded_and_not_followed() -> None:
    reached: list[bytes] = []

    def inner(connection: socket) -> None:
        reached.append(read_request(connection))

    with loopback(inner) as private:
        target = f"http://{private.target}/latest/meta-data"
        head = f"HTTP/1.1 307 Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        result = send_to(answering(head.encode()))
    assert (result.ok, result.error, result.detail) == (False, "redirect", target)
    assert reached == []


def test_refused_connection_is_told_from_a_silent_one() -> None:
    with loopback(silent) as server:
        closed = server
    result = send(closed)
    assert (result.ok, result.error) == (False, "connect_failed")
    assert result.detail == "Connection refused"
