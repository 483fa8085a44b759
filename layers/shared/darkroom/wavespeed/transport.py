"""The HTTP client towards upstream: pools, limits, headers that never change. Knows no endpoints."""

import platform
import ssl

import httpx

FRESH_CONNECTION = "darkroom.fresh_connection"
"""Request extension: true for a request that must not go out on a kept connection."""

CLIENT_VERSION = "0.1.0"
_MAX_CONNECTIONS = 64  # twice the poller's threads: nobody waits for one
_IDLE_SECONDS = 15.0


class UpstreamTransport(httpx.BaseTransport):
    """Reads share kept connections; the paid POST always opens one.

    A kept connection may have died unseen, above all while Lambda was frozen. To find that out by a paid POST
    would leave its outcome unknown; the price of a new connection is one TLS handshake for each image.
    """

    def __init__(self, kept: httpx.BaseTransport, fresh: httpx.BaseTransport) -> None:
        self._kept = kept
        self._fresh = fresh

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._fresh if request.extensions.get(FRESH_CONNECTION) else self._kept
        return transport.handle_request(request)

    def close(self) -> None:
        self._kept.close()
        self._fresh.close()


def open_client(tls: ssl.SSLContext) -> httpx.Client:
    """One a process, shared by all threads."""
    return client_over(UpstreamTransport(_pool(tls, max_idle=_MAX_CONNECTIONS), _pool(tls, max_idle=0)))


def client_over(transport: httpx.BaseTransport) -> httpx.Client:
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"darkroom/{CLIENT_VERSION}",
        "X-Client-Name": "darkroom",
        "X-Client-Version": CLIENT_VERSION,
        "X-Client-OS": platform.system().lower() or "unknown",
    }
    return httpx.Client(transport=transport, headers=headers, trust_env=False, follow_redirects=False)


def _pool(tls: ssl.SSLContext, max_idle: int) -> httpx.HTTPTransport:
    limits = httpx.Limits(
        max_connections=_MAX_CONNECTIONS, max_keepalive_connections=max_idle, keepalive_expiry=_IDLE_SECONDS
    )
    return httpx.HTTPTransport(verify=tls, trust_env=False, limits=limits)
