"""Opens connections: resolves a name once, judges every answer, and connects to a judged address itself."""

import socket
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import httpcore

from darkroom.net.address_policy import is_public
from darkroom.net.allowance import Allowance
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.lookup import BoundedLookup, IPAddress, Resolver, system_resolver
from darkroom.net.stream import GuardedStream

Connect: TypeAlias = Callable[[IPAddress, int, float], socket.socket]
"""Address, port and timeout in seconds to a connected socket. Raises OSError."""


def connect_socket(address: IPAddress, port: int, timeout_seconds: float) -> socket.socket:
    """To the address as it stands: nothing is resolved again."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_seconds)
        connection.connect((str(address), port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        connection.close()
        raise
    return connection


class GuardedDialer(httpcore.NetworkBackend):
    """`local_targets` are the only `host:port` pairs whose addresses need not be public."""

    def __init__(
        self,
        *,
        local_targets: frozenset[str] = frozenset(),
        connect_timeout_seconds: float = 5.0,
        resolver: Resolver = system_resolver,
        connect: Connect = connect_socket,
    ) -> None:
        self._local_targets = local_targets
        self._connect_timeout_seconds = connect_timeout_seconds
        self._lookup = BoundedLookup(resolver)
        self._connect = connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises RequestFailedError."""
        allowance = Allowance.of(timeout)
        allowance.dialed = True
        addresses = self._lookup.addresses(host, port, allowance.seconds_left())
        if not self._is_local(host, port) and not all(is_public(address) for address in addresses):
            raise RequestFailedError(
                NetworkFailure.ADDRESS_REFUSED, "the name resolves to an address that is not public"
            )
        return GuardedStream(self._first_connected(addresses, port, allowance))

    def _is_local(self, host: str, port: int) -> bool:
        return f"{f'[{host}]' if ':' in host else host}:{port}" in self._local_targets

    def _first_connected(self, addresses: list[IPAddress], port: int, allowance: Allowance) -> socket.socket:
        """An address that does not answer costs no more than its share of what is left."""
        first_failure: OSError | None = None
        for untried, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share_seconds = allowance.seconds_left() / untried
            try:
                return self._connect(address, port, min(share_seconds, self._connect_timeout_seconds))
            except OSError as error:
                first_failure = first_failure or error
        raise _not_connected(first_failure) from first_failure


def _not_connected(failure: OSError | None) -> RequestFailedError:
    if isinstance(failure, TimeoutError):
        return RequestFailedError(NetworkFailure.CONNECT_TIMEOUT)
    return RequestFailedError(NetworkFailure.CONNECT_FAILED, failure.strerror if failure else None)
