"""One client for all threads: each request keeps its own deadline, whatever connection it gets."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from socket import socket

import pytest

from darkroom.net.client import GuardedClient
from darkroom.net.dialer import GuardedDialer
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.url_policy import check_url
from hostile.loopback import Loopback, loopback, read_request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def obliging(connection: socket) -> None:
    """Answers at once, but drips for ever where a drip is asked for; keeps the connection."""
    while b"GET /drip " not in read_request(connection):
        connection.sendall(OK)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.01)


def fetched(client: GuardedClient, server: Loopback, deadline_seconds: float, path: str = "/") -> bytes:
    url = check_url(f"http://{server.target}{path}", local_targets=frozenset({server.target}))
    with client.request(
        "GET", url, headers={}, deadline_seconds=deadline_seconds, max_received_bytes=65536
    ) as response:
        return b"".join(response.iter_raw())


def seconds_until_deadline(client: GuardedClient, server: Loopback, deadline_seconds: float) -> float:
    started = time.monotonic()
    with pytest.raises(RequestFailedError) as failed:
        fetched(client, server, deadline_seconds, "/drip")
    assert failed.value.failure is NetworkFailure.DEADLINE
    return time.monotonic() - started


def open_connections(server: Loopback) -> int:
    return sum(connection.fileno() >= 0 for connection in server.connections)


@contextmanager
def client_for(server: Loopback, max_idle_connections: int = 32) -> Iterator[GuardedClient]:
    dialer = GuardedDialer(local_targets=frozenset({server.target}))
    with closing(GuardedClient(dialer, max_idle_connections=max_idle_connections)) as client:
        yield client


@pytest.mark.parametrize("first_deadline_seconds", [0.1, 30.0])
def test_kept_connection_takes_the_deadline_of_the_request_it_serves(first_deadline_seconds: float) -> None:
    with loopback(obliging) as server, client_for(server) as client, ThreadPoolExecutor(1) as another_thread:
        assert fetched(client, server, first_deadline_seconds) == b"ok"
        time.sleep(0.15)  # the first request's deadline may pass: it is no longer of interest
        took = another_thread.submit(seconds_until_deadline, client, server, 0.4).result(5.0)
    assert 0.4 <= took < 1.4
    assert len(server.connections) == 1


def test_concurrent_requests_end_at_their_own_deadlines() -> None:
    deadlines = [0.2, 1.0, 0.2, 1.0, 0.2, 1.0]
    with loopback(obliging) as server, client_for(server) as client, ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: fetched(client, server, 5.0), range(30)))
        took = list(threads.map(lambda seconds: seconds_until_deadline(client, server, seconds), deadlines))
    for deadline, seconds in zip(deadlines, took, strict=True):
        assert deadline <= seconds < deadline + 0.7


def test_request_on_a_connection_that_was_closed_meanwhile_succeeds_on_a_new_one() -> None:
    def once(connection: socket) -> None:
        read_request(connection)
        connection.sendall(OK)

    with loopback(once) as server, client_for(server) as client:
        assert [fetched(client, server, 2.0) for _ in range(5)] == [b"ok"] * 5
    assert len(server.connections) == 5


def test_threads_take_turns_on_few_kept_connections_without_a_failure() -> None:
    with (
        loopback(obliging) as server,
        client_for(server, max_idle_connections=4) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        assert list(threads.map(lambda _: fetched(client, server, 10.0), range(600))) == [b"ok"] * 600
        gives_up_at = time.monotonic() + 5.0
        while open_connections(server) > 4:  # the server learns of a close a moment later
            assert time.monotonic() < gives_up_at
            time.sleep(0.01)
    assert len(server.connections) < 600
