"""A connection on which no operation outlasts its request's allowance."""

import select
import socket
import ssl
from typing import Any

import httpcore

from darkroom.net.allowance import Allowance, deadline_exceeded
from darkroom.net.errors import NetworkFailure, RequestFailedError


class GuardedStream(httpcore.NetworkStream):
    """`timeout` must be an Allowance everywhere; its deadline holds across all operations together."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Also raises RequestFailedError: at the deadline, and after all bytes that may be received."""
        allowance = Allowance.of(timeout)
        try:
            self._socket.settimeout(allowance.seconds_left())
            received = self._socket.recv(min(max_bytes, allowance.bytes_left()))
        except TimeoutError:
            raise deadline_exceeded() from None
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        allowance.receive(len(received))
        return received

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
