"""A connection on which no operation outlasts its request's allowance."""

import select
import socket
import ssl
from contextlib import suppress
from typing import Any

import httpcore

from darkroom.net.allowance import Allowance, deadline_exceeded
from darkroom.net.errors import NetworkFailure, RequestFailedError

_TLS_RECORD_BYTES = 16 * 1024
"""One read gives one record at most."""


class GuardedStream(httpcore.NetworkStream):
    """`timeout` must be an Allowance everywhere; its deadline holds across all operations together."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Also raises RequestFailedError: at the deadline, and after all bytes that may be received."""
        allowance = Allowance.of(timeout)
        try:
            self._socket.settimeout(allowance.seconds_left())
            limit = min(max_bytes, allowance.bytes_left())
            received = self._socket.recv(limit)
        except TimeoutError:
            raise deadline_exceeded() from None
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        if _TLS_RECORD_BYTES <= len(received) < limit:
            received += self._at_hand(limit - len(received))
        allowance.receive(len(received))
        return received

    def _at_hand(self, max_bytes: int) -> bytes:
        """What has come already behind a full record: fewer, larger chunks cost less to read and to check."""
        parts = bytearray()
        self._socket.settimeout(0)
        with suppress(OSError):  # nothing more has, or the connection ended: the next read will meet that
            while len(parts) < max_bytes and (part := self._socket.recv(max_bytes - len(parts))):
                parts += part
        return bytes(parts)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """The deadline is looked at before each send: a peer that reads a byte at a time gains nothing."""
        allowance = Allowance.of(timeout)
        unsent = memoryview(buffer)
        while unsent:
            try:
                self._socket.settimeout(allowance.seconds_left())
                unsent = unsent[self._socket.send(unsent) :]
            except TimeoutError:
                raise deadline_exceeded() from None
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Raises RequestFailedError. CPython bounds the whole handshake by the socket's timeout."""
        self._socket.settimeout(Allowance.of(timeout).seconds_left())
        try:
            return GuardedStream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname))
        except ssl.SSLCertVerificationError as error:
            raise _tls_failed(error.verify_message) from error
        except TimeoutError:
            raise _tls_failed("the handshake did not end in time") from None
        except (OSError, ValueError) as error:
            raise _tls_failed("the handshake failed") from error
        finally:
            self._socket.close()  # wrap_socket took over the descriptor, or it failed

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks for: the TLS object (for its ALPN protocol), and whether data waits."""
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        return self._is_readable() if info == "is_readable" else None

    def _is_readable(self) -> bool:
        """True on an idle connection means that the peer has closed it."""
        if self._socket.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


def _tls_failed(detail: str) -> RequestFailedError:
    return RequestFailedError(NetworkFailure.TLS_FAILED, detail)
