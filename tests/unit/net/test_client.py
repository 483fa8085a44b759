"""What the guarded client sends and accepts, on scripted connections."""

import pytest
from httpcore import ReadError

from darkroom.net.client import GuardedClient
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.url_policy import SafeUrl
from unit.net.scripted import URL, ScriptedBackend, answer, client_of

OK = answer("200 OK", b"thanks")


def post(client: GuardedClient, url: SafeUrl = URL, max_received_bytes: int = 65536) -> tuple[int, bytes]:
    with client.request(
        "POST",
        url,
        headers={"Content-Type": "application/json", "Accept-Encoding": "gzip", "Host": "evil.example"},
        content=b"{}",
        deadline_seconds=5.0,
        max_received_bytes=max_received_bytes,
    ) as response:
        return response.status, b"".join(response.iter_raw())


def failure(*reads: bytes | Exception, max_received_bytes: int = 65536) -> NetworkFailure:
    with pytest.raises(RequestFailedError) as failed:
        post(client_of(ScriptedBackend(reads)), max_received_bytes=max_received_bytes)
    return failed.value.failure


def test_request_is_the_parsed_url_and_asks_for_an_identity_body() -> None:
    backend = ScriptedBackend([OK])
    assert post(client_of(backend)) == (200, b"thanks")
    assert backend.dialed == [("hooks.example.com", 443)]
    assert backend.streams[0].server_name == "hooks.example.com"
    head, _, body = backend.streams[0].written.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert sorted(lines[1:]) == [
        "accept-encoding: identity",
        "accept: */*",
        "content-length: 2",
        "content-type: application/json",
        "host: hooks.example.com",
        "user-agent: Darkroom",
    ]
    assert body == b"{}"


def test_host_header_names_a_port_that_is_not_the_default() -> None:
    backend = ScriptedBackend([OK])
    post(client_of(backend), SafeUrl("http", "::1", 8125, "/", is_local=True))
    assert b"host: [::1]:8125\r\n" in backend.streams[0].written
    assert backend.dialed == [("::1", 8125)]


def test_connection_is_kept_and_used_again() -> None:
    backend = ScriptedBackend([OK, OK])
    client = client_of(backend)
    assert post(client) == post(client) == (200, b"thanks")
    assert len(backend.dialed) == 1


def test_connection_that_was_idle_for_too_long_is_not_used_again() -> None:
    backend = ScriptedBackend([OK, OK], [OK])
    client = client_of(backend, idle_seconds=0.0)
    assert post(client) == post(client) == (200, b"thanks")
    assert len(backend.dialed) == 2
    assert backend.streams[0].closed


def test_kept_connection_serves_its_own_origin_only() -> None:
    other = SafeUrl("https", "hooks.example.com", 8443, "/")
    backend = ScriptedBackend([OK, OK], [OK, OK])
    client = client_of(backend)
    assert [post(client, url) for url in (URL, other, URL, other)] == [(200, b"thanks")] * 4
    assert backend.dialed == [("hooks.example.com", 443), ("hooks.example.com", 8443)]


def test_request_goes_out_again_when_a_kept_connection_turns_out_closed() -> None:
    backend = ScriptedBackend([OK], [OK])
    client = client_of(backend)
    assert post(client) == post(client) == (200, b"thanks")
    assert len(backend.dialed) == 2
    assert backend.streams[0].closed


def test_request_does_not_go_out_again_after_a_byte_of_an_answer() -> None:
    backend = ScriptedBackend([OK, b"HTTP/1.1 200"], [OK])
    client = client_of(backend)
    post(client)
    with pytest.raises(RequestFailedError) as failed:
        post(client)
    assert failed.value.failure is NetworkFailure.CONNECTION_LOST
    assert len(backend.dialed) == 1


def test_request_goes_out_once_only_on_a_new_connection() -> None:
    backend = ScriptedBackend([], [OK])
    with pytest.raises(RequestFailedError) as failed:
        post(client_of(backend))
    assert failed.value.failure is NetworkFailure.CONNECTION_LOST
    assert len(backend.dialed) == 1


def test_cookies_are_not_kept() -> None:
    backend = ScriptedBackend([answer("200 OK\r\nSet-Cookie: a=b; Domain=example.com"), OK])
    client = client_of(backend)
    post(client)
    post(client)
    assert b"cookie" not in backend.streams[0].written.lower()


def test_redirect_is_an_answer_like_any_other() -> None:
    backend = ScriptedBackend([answer("302 Found\r\nLocation: https://10.0.0.1/")])
    assert post(client_of(backend))[0] == 302
    assert len(backend.dialed) == 1


def test_repeated_header_is_joined() -> None:
    client = client_of(ScriptedBackend([answer("200 OK\r\nX-A: 1\r\nx-a: 2")]))
    with client.request("GET", URL, headers={}, deadline_seconds=5.0, max_received_bytes=1000) as response:
        assert response.headers["x-a"] == "1, 2"
        assert response.content_length == 0


def test_content_length_beside_chunks_does_not_frame_the_body() -> None:
    head = "200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked"
    client = client_of(ScriptedBackend([answer(head, b"2\r\nhi\r\n0\r\n\r\n")]))
    with client.request("GET", URL, headers={}, deadline_seconds=5.0, max_received_bytes=1000) as response:
        assert response.content_length is None
        assert b"".join(response.iter_raw()) == b"hi"


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "GZIP", "x"])
def test_encoded_body_is_refused_unread(coding: str) -> None:
    assert failure(answer(f"200 OK\r\nContent-Encoding: {coding}", b"x")) is NetworkFailure.ENCODED_BODY


def test_identity_coding_is_no_coding() -> None:
    assert post(client_of(ScriptedBackend([answer("200 OK\r\nContent-Encoding: Identity", b"x")]))) == (
        200,
        b"x",
    )


def test_closed_and_broken_connections_are_told_from_broken_protocol() -> None:
    assert failure() is NetworkFailure.CONNECTION_LOST
    assert failure(ReadError("reset")) is NetworkFailure.CONNECTION_LOST
    assert failure(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") is NetworkFailure.CONNECTION_LOST
    assert failure(b"SSH-2.0-OpenSSH_9.9\r\n\r\n") is NetworkFailure.PROTOCOL_ERROR
    assert failure(answer("200 OK\r\nContent-Length: 1, 2", b"x")) is NetworkFailure.PROTOCOL_ERROR


def test_answer_above_the_limit_is_not_read_on() -> None:
    body = b"x" * 1000
    assert failure(answer("200 OK", body), max_received_bytes=1000) is NetworkFailure.ANSWER_TOO_LARGE
    early_hints = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100
    assert failure(early_hints, max_received_bytes=1000) is NetworkFailure.ANSWER_TOO_LARGE


def test_header_injection_is_not_sent() -> None:
    backend = ScriptedBackend([OK])
    with (
        pytest.raises(RequestFailedError) as failed,
        client_of(backend).request(
            "POST", URL, headers={"a": "b\r\nc: d"}, content=b"", deadline_seconds=5.0, max_received_bytes=100
        ),
    ):
        pass
    assert failed.value.failure is NetworkFailure.PROTOCOL_ERROR
    assert backend.streams[0].written == b""


def test_client_that_was_closed_opens_anew() -> None:
    backend = ScriptedBackend([OK], [OK])
    client = client_of(backend)
    post(client)
    client.close()
    assert backend.streams[0].closed
    assert post(client) == (200, b"thanks")
