"""The one client for URLs that others gave us. Knows no redirects, proxies, cookies, retries or decoding.

It uses httpcore, without httpx above it: that would parse the URL a second time and keep cookies.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpcore

from darkroom.net.allowance import Allowance
from darkroom.net.connections import Connections
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.tls import ssl_context
from darkroom.net.url_policy import SafeUrl

_OPERATIONS = ("connect", "read", "write")
_NO_CODING = frozenset({"", "identity"})


class GuardedResponse:
    """The body can be read once, while the request's context is open. Header names are in lower case."""

    def __init__(self, response: httpcore.Response, allowance: Allowance) -> None:
        self._response = response
        self._allowance = allowance
        self.status = response.status
        self.headers: dict[str, str] = {}
        for name, value in response.headers:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    @property
    def content_length(self) -> int | None:
        """Where it frames the body: one that ends before it fails with CONNECTION_LOST."""
        announced = self.headers.get("content-length")
        return None if announced is None or "transfer-encoding" in self.headers else int(announced)

    def iter_raw(self) -> Iterator[bytes]:
        """Chunks of at most 64 KiB. Raises RequestFailedError, for a body with a Content-Encoding at once."""
        coding = self.headers.get("content-encoding", "")
        if coding.strip().lower() not in _NO_CODING:
            raise RequestFailedError(NetworkFailure.ENCODED_BODY, coding[:40])
        with _translated(self._allowance):
            yield from self._response.iter_stream()


class GuardedClient:
    """One a process, shared by all threads; `tls` is asked for its context when a connection needs one."""

    def __init__(
        self,
        backend: httpcore.NetworkBackend,
        tls: Callable[[], ssl.SSLContext] = ssl_context,
        *,
        max_idle_connections: int = 32,
        idle_seconds: float = 15.0,
    ) -> None:
        self._connections = Connections(backend, tls, max_idle_connections, idle_seconds)

    @contextmanager
    def request(
        self,
        method: str,
        url: SafeUrl,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        deadline_seconds: float,
        max_received_bytes: int,
    ) -> Iterator[GuardedResponse]:
        """The deadline holds over all: name resolution, connecting, TLS, sending, and reading the body.

        `max_received_bytes` counts header and framing too. Raises RequestFailedError. Leaving the context
        before the body's end closes the connection.
        """
        allowance = Allowance(deadline_seconds, max_received_bytes)
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
            headers=_complete(headers, url, content),
            content=content,
            extensions={"timeout": dict.fromkeys(_OPERATIONS, allowance)},
        )
        with _translated(allowance):
            connection, response = self._send(url, request, allowance)
        try:
            yield GuardedResponse(response, allowance)
        finally:
            response.close()
            self._connections.give_back(connection)

    def close(self) -> None:
        self._connections.close()

    def _send(
        self, url: SafeUrl, request: httpcore.Request, allowance: Allowance
    ) -> tuple[httpcore.HTTPConnection, httpcore.Response]:
        connection = self._connections.take(url)
        try:
            return connection, connection.handle_request(request)
        except (httpcore.NetworkError, httpcore.ProtocolError):
            if allowance.dialed or allowance.received_bytes:
                raise
        # That was a kept connection which the peer had closed meanwhile: it says nothing about the peer.
        connection = self._connections.new(url)
        return connection, connection.handle_request(request)


def _complete(headers: Mapping[str, str], url: SafeUrl, content: bytes | None) -> list[tuple[str, str]]:
    """Host and Accept-Encoding are ours alone to set."""
    complete = {"accept": "*/*", "user-agent": "Darkroom"}
    complete |= {name.lower(): value for name, value in headers.items()}
    complete |= {"host": url.authority, "accept-encoding": "identity"}
    if content is not None:
        complete["content-length"] = str(len(content))
    return list(complete.items())


@contextmanager
def _translated(allowance: Allowance) -> Iterator[None]:
    try:
        yield
    except httpcore.NetworkError as error:
        raise RequestFailedError(NetworkFailure.CONNECTION_LOST) from error
    except httpcore.ProtocolError as error:
        failure = NetworkFailure.CONNECTION_LOST if allowance.peer_closed else NetworkFailure.PROTOCOL_ERROR
        raise RequestFailedError(failure) from error
