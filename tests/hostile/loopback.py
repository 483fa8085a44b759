"""A server on 127.0.0.1 that does to each connection what a test tells it, however ill-mannered."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TypeAlias

Behaviour: TypeAlias = Callable[[socket.socket], None]


class Loopback:
    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self._behave = behave
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.target = f"127.0.0.1:{self.port}"
        self.connections: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                thread = Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._tls:
                with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                    self._behave(encrypted)
            else:
                self._behave(connection)

    def start(self) -> None:
        self._threads[0].start()

    def stop(self) -> None:
        """Shuts everything down, so that no thread outlives its test."""
        for opened in (self._listener, *self.connections):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5.0)
            assert not thread.is_alive()


@contextmanager
def loopback(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    server = Loopback(behave, tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def read_request(connection: socket.socket) -> bytes:
    """The header, and the body as far as it came with it."""
    request = b""
    while b"\r\n\r\n" not in request:
        part = connection.recv(65536)
        if not part:
            raise ConnectionResetError
        request += part
    return request


def answering(*parts: bytes, pause_seconds: float = 0.0) -> Behaviour:
    """Answers every request on the connection with the same parts, a pause before each."""

    def behave(connection: socket.socket) -> None:
        while True:
            read_request(connection)
            for part in parts:
                time.sleep(pause_seconds)
                connection.sendall(part)

    return behave


def dripping(head: bytes, drop: bytes, pause_seconds: float = 0.01) -> Behaviour:
    """Never comes to an end, and never falls silent."""

    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        while True:
            connection.sendall(drop)
            time.sleep(pause_seconds)

    return behave


def flooding(head: bytes, flood: bytes, sent: list[int]) -> Behaviour:
    """As much as the other side takes; counts it in `sent`."""

    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        while True:
            sent.append(connection.send(flood))

    return behave


def silent(connection: socket.socket) -> None:
    """Takes the connection and does nothing, until the test is over."""
    while connection.recv(65536):
        pass


def resetting(connection: socket.socket) -> None:
    """Closes with a reset instead of an end."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
