"""TLS that does not prove the name, or does not come about."""

import socket
import ssl
import time
from contextlib import closing
from pathlib import Path

import pytest

from darkroom.net.client import GuardedClient
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.tls import ssl_context
from darkroom.net.url_policy import check_url
from hostile.certificates import HOST, Authority, authority, self_signed_context
from hostile.internet import PUBLIC, Internet
from hostile.loopback import Behaviour, answering, loopback, silent

OK = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def status_of(behave: Behaviour, tls: ssl.SSLContext | None, deadline_seconds: float = 10.0) -> int:
    with loopback(behave, tls) as server:
        internet = Internet(server.port, [PUBLIC])
        started = time.monotonic()
        try:
            with (
                closing(GuardedClient(internet.dialer(), authority().client_context)) as client,
                client.request(
                    "GET",
                    check_url(f"https://{HOST}/"),
                    headers={},
                    deadline_seconds=deadline_seconds,
                    max_received_bytes=65536,
                ) as response,
            ):
                return response.status
        finally:
            assert time.monotonic() - started < deadline_seconds + 1.0


def failure_of(
    behave: Behaviour, tls: ssl.SSLContext | None, deadline_seconds: float = 10.0
) -> RequestFailedError:
    with pytest.raises(RequestFailedError) as failed:
        status_of(behave, tls, deadline_seconds)
    assert failed.value.failure is NetworkFailure.TLS_FAILED
    return failed.value


def test_certificate_for_the_name_is_accepted_and_the_name_is_asked_for() -> None:
    asked: list[str | None] = []
    context = authority().server_context()
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    assert status_of(OK, context) == 200
    assert asked == [HOST]


def test_certificate_of_an_unknown_authority_is_refused() -> None:
    assert "unable to get local issuer" in str(failure_of(OK, Authority("Other CA").server_context()))


def test_self_signed_certificate_is_refused() -> None:
    assert "self-signed" in str(failure_of(OK, self_signed_context()))


def test_expired_certificate_is_refused() -> None:
    assert "expired" in str(failure_of(OK, authority().server_context(expired=True)))


@pytest.mark.parametrize("host", ["example.com", "hooks.example.com.evil.com", "*.com"])
def test_certificate_for_another_name_is_refused(host: str) -> None:
    assert "Hostname mismatch" in str(failure_of(OK, authority().server_context(host)))


def test_server_without_tls_is_refused() -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    assert failure_of(plain, None).detail == "the handshake failed"


def test_silent_handshake_ends_at_the_deadline() -> None:
    assert failure_of(silent, None, 0.3).detail == "the handshake did not end in time"


def test_dripping_handshake_ends_at_the_deadline() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KiB, a byte at a time
        while True:
            connection.sendall(b"\x02")
            time.sleep(0.01)

    assert failure_of(drip, None, 0.3).detail == "the handshake did not end in time"


def test_default_context_verifies_and_is_built_once() -> None:
    context = ssl_context()
    assert context is ssl_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) > 50


def test_directory_without_hashed_certificates_is_an_error_and_not_a_silent_distrust(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ssl_context(tmp_path)
