"""A network backend whose connections say what a test scripted, and keep what was written to them."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from darkroom.net.allowance import Allowance
from darkroom.net.client import GuardedClient
from darkroom.net.url_policy import check_url

URL = check_url("https://hooks.example.com/a?b=c")


def answer(head: str, body: bytes = b"") -> bytes:
    """An answer with the header lines of `head`, and a Content-Length if those leave the body unframed."""
    framed = "content-length" in head.lower() or "transfer-encoding" in head.lower()
    length = "" if framed else f"\r\nContent-Length: {len(body)}"
    return f"HTTP/1.1 {head}{length}\r\n\r\n".encode() + body


class ScriptedStream(httpcore.NetworkStream):
    def __init__(self, reads: Iterable[bytes | Exception]) -> None:
        self._reads = list(reads)
        self.written = b""
        self.closed = False
        self.server_name: str | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        allowance = Allowance.of(timeout)
        allowance.seconds_left()
        part = self._reads.pop(0) if self._reads else b""
        if isinstance(part, Exception):
            raise part
        wanted = min(max_bytes, allowance.bytes_left())
        if part[wanted:]:
            self._reads.insert(0, part[wanted:])
        allowance.receive(len(part[:wanted]))
        return part[:wanted]

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        Allowance.of(timeout).seconds_left()
        self.written += buffer

    def close(self) -> None:
        self.closed = True

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self.server_name = server_hostname
        return self


class ScriptedBackend(httpcore.NetworkBackend):
    """Each connection reads the next script: its chunks, exceptions among them, and then the end."""

    def __init__(self, *scripts: Iterable[bytes | Exception]) -> None:
        self.streams = [ScriptedStream(script) for script in scripts]
        self.dialed: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        Allowance.of(timeout).dialed = True
        self.dialed.append((host, port))
        return self.streams[len(self.dialed) - 1]


def client_of(backend: ScriptedBackend, idle_seconds: float = 15.0) -> GuardedClient:
    return GuardedClient(backend, lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), idle_seconds=idle_seconds)
