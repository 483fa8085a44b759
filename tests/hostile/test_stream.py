"""The connection itself: sockets whose other end takes or gives a little at a time."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

import httpcore
import pytest

from darkroom.net.allowance import Allowance
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.stream import GuardedStream
from hostile.certificates import HOST, authority

DEADLINE_SECONDS = 0.3


@contextmanager
def stream_to(peer: Callable[[socket.socket], object]) -> Iterator[GuardedStream]:
    """The peer does its bit every 5 ms, until the test is over."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    over = Event()

    def serve() -> None:
        with suppress(OSError):
            while not over.wait(0.005):
                peer(theirs)

    thread = Thread(target=serve)
    thread.start()
    stream = GuardedStream(ours)
    try:
        yield stream
    finally:
        over.set()
        stream.close()
        thread.join(5.0)
        theirs.close()


@contextmanager
def ending_at_the_deadline() -> Iterator[Allowance]:
    started = time.monotonic()
    with pytest.raises(RequestFailedError) as failed:
        yield Allowance(DEADLINE_SECONDS, 10_000_000)
    assert failed.value.failure is NetworkFailure.DEADLINE
    assert DEADLINE_SECONDS <= time.monotonic() - started < DEADLINE_SECONDS + 1.0


def test_peer_that_reads_a_little_at_a_time_does_not_stretch_a_write() -> None:
    with stream_to(lambda peer: peer.recv(1024)) as stream, ending_at_the_deadline() as allowance:
        stream.write(bytes(2_000_000), allowance)


def test_peer_that_sends_a_byte_at_a_time_does_not_stretch_the_reads() -> None:
    with stream_to(lambda peer: peer.send(b"x")) as stream, ending_at_the_deadline() as allowance:
        while stream.read(65536, allowance):
            pass


def test_deadline_of_one_request_is_not_that_of_the_next() -> None:
    with stream_to(lambda peer: peer.send(b"x")) as stream:
        with ending_at_the_deadline() as allowance:
            while stream.read(65536, allowance):
                pass
        assert stream.read(65536, Allowance(10.0, 100))


def test_read_takes_no_more_than_may_be_received() -> None:
    with stream_to(lambda peer: peer.send(b"x" * 100)) as stream:
        assert 0 < len(stream.read(65536, Allowance(10.0, 7))) <= 7


@contextmanager
def encrypted() -> Iterator[tuple[GuardedStream, ssl.SSLSocket]]:
    """Our end, and the other."""
    ours, theirs = socket.socketpair()
    server, client = authority().server_context(), authority().client_context()
    with ThreadPoolExecutor(1) as pool:
        accepted = pool.submit(server.wrap_socket, theirs, server_side=True)
        stream = GuardedStream(ours).start_tls(client, HOST, Allowance(10.0, 100))
        peer = accepted.result(10)
    assert isinstance(stream, GuardedStream)
    with peer, closing(stream):
        yield stream, peer


def test_records_that_have_come_are_read_at_once_within_what_may_be_received() -> None:
    with encrypted() as (stream, peer):
        peer.sendall(b"x" * 50_000)
        assert len(stream.read(65536, Allowance(10.0, 1_000_000))) == 50_000
        peer.sendall(b"y" * 50_000)
        allowance = Allowance(10.0, 20_000)
        assert len(stream.read(65536, allowance)) == 20_000
        with pytest.raises(RequestFailedError) as failed:
            stream.read(65536, allowance)
        assert failed.value.failure is NetworkFailure.ANSWER_TOO_LARGE


def test_what_came_before_a_connection_ended_is_read_before_its_end() -> None:
    with encrypted() as (stream, peer):
        peer.sendall(b"x" * 40_000)
        peer.shutdown(socket.SHUT_RDWR)
        allowance = Allowance(10.0, 1_000_000)
        assert len(stream.read(65536, allowance)) == 40_000
        assert stream.read(65536, allowance) == b""
        assert allowance.peer_closed


def test_operation_without_a_deadline_is_refused() -> None:
    with stream_to(lambda peer: peer.send(b"x")) as stream:
        for timeout in (None, 1.0):
            with pytest.raises(TypeError):
                stream.read(1, timeout)
            with pytest.raises(TypeError):
                stream.write(b"x", timeout)


def test_broken_connection_is_an_error_of_the_network() -> None:
    with stream_to(lambda peer: peer.close()) as stream:
        time.sleep(0.1)
        with pytest.raises(httpcore.WriteError):
            stream.write(b"x", Allowance(10.0, 100))
        stream.close()
        with pytest.raises(httpcore.ReadError):
            stream.read(1, Allowance(10.0, 100))
        assert stream.get_extra_info("is_readable")
