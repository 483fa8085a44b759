"""Kept connections. One belongs to one request at a time: nobody else looks at it, still less closes it.

httpcore's own ConnectionPool does both, and under threads it closes connections that are in use
(httpcore 1.0.9, https://github.com/encode/httpcore/issues/1110).
"""

import ssl
from collections.abc import Callable
from threading import Lock

import httpcore

from darkroom.net.url_policy import SafeUrl


class Connections:
    def __init__(
        self,
        backend: httpcore.NetworkBackend,
        tls: Callable[[], ssl.SSLContext],
        max_idle: int,
        idle_seconds: float,
    ) -> None:
        self._backend = backend
        self._tls = tls
        self._max_idle = max_idle
        self._idle_seconds = idle_seconds
        self._lock = Lock()
        self._idle: list[httpcore.HTTPConnection] = []
        """The one that was given back last is the last."""

    def take(self, url: SafeUrl) -> httpcore.HTTPConnection:
        """A kept connection that looks alive, or a new one. Opens no socket: the first request does."""
        origin = _origin(url)
        while kept := self._take_idle(origin):
            if not kept.has_expired():
                return kept
            kept.close()
        return self.new(url)

    def new(self, url: SafeUrl) -> httpcore.HTTPConnection:
        return httpcore.HTTPConnection(
            _origin(url),
            ssl_context=self._tls() if url.scheme == "https" else None,
            keepalive_expiry=self._idle_seconds,
            network_backend=self._backend,
        )

    def give_back(self, connection: httpcore.HTTPConnection) -> None:
        """Keeps it if its answer was read to the end; closes it, or the one idle for longest, if not."""
        surplus: httpcore.HTTPConnection | None = connection
        if connection.is_idle():
            with self._lock:
                self._idle.append(connection)
                surplus = self._idle.pop(0) if len(self._idle) > self._max_idle else None
        if surplus:
            surplus.close()

    def close(self) -> None:
        """Closes what is idle; what is in use is closed or kept when it is given back."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take_idle(self, origin: httpcore.Origin) -> httpcore.HTTPConnection | None:
        with self._lock:
            for position in range(len(self._idle) - 1, -1, -1):
                if self._idle[position].can_handle_request(origin):
                    return self._idle.pop(position)
        return None


def _origin(url: SafeUrl) -> httpcore.Origin:
    return httpcore.Origin(url.scheme.encode(), url.host.encode(), url.port)
