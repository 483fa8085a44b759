"""HTTP/1.1 on one connection, the server's side, with as little work as can be. Only for known clients."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

_KEPT_BYTES = 64 * 1024
"""A body above it is read and thrown away."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Wire:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def request(self) -> Request | None:
        """None where the client has closed the connection."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "expect" in headers:
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "transfer-encoding" in headers:
            self._drain_chunks()
            return Request(method, path, headers, b"")
        return Request(method, path, headers, self._body(int(headers.get("content-length", 0))))

    def answer(self, content: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        self._connection.sendall(head.encode() + content)

    def _body(self, count: int) -> bytes:
        if count <= _KEPT_BYTES:
            return self._exactly(count)
        count -= len(self._buffer)
        self._buffer.clear()
        scratch = bytearray(256 * 1024)
        while count:
            count -= self._connection.recv_into(scratch, min(count, len(scratch))) or _lost()
        return b""

    def _drain_chunks(self) -> None:
        """Up to the empty chunk, and the trailer behind it."""
        while size := int(self._line(), 16):
            self._exactly(size + 2)
        while self._line():
            pass

    def _line(self) -> str:
        line = self._until(b"\r\n")
        return _lost() if line is None else line.decode("latin-1")

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._buffer += self._connection.recv(_KEPT_BYTES) or _lost()
        return self._taken(count)

    def _until(self, mark: bytes) -> bytes | None:
        """What stands before the mark, which is passed over."""
        while (at := self._buffer.find(mark)) < 0:
            received = self._connection.recv(_KEPT_BYTES)
            if not received:
                return None
            self._buffer += received
        return self._taken(at + len(mark))[:at]

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _lost() -> NoReturn:
    raise ConnectionResetError("the client left in the middle of a request")
