"""Name resolution with a bound in time. Judges nothing."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import TypeAlias

from darkroom.net.errors import NetworkFailure, RequestFailedError

IPAddress: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Every address of a host, an IPv6 zone as `%zone`. May block. Raises OSError or UnicodeError."""


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses in the order of RFC 6724, as getaddrinfo sorts them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [_with_zone(sockaddr) for *_, sockaddr in found]


def _with_zone(sockaddr: tuple[object, ...]) -> str:
    address = str(sockaddr[0])
    has_zone = len(sockaddr) == 4 and sockaddr[3] != 0
    return f"{address}%{sockaddr[3]}" if has_zone and "%" not in address else address


class BoundedLookup:
    """getaddrinfo can't be given a timeout: it runs in a thread that is left behind when it hangs.

    At most `max_pending` lookups run at once, so those left behind can't pile up.
    """

    def __init__(self, resolver: Resolver = system_resolver, max_pending: int = 64) -> None:
        self._resolver = resolver
        self._slots = BoundedSemaphore(max_pending)

    def addresses(self, host: str, port: int, timeout_seconds: float) -> list[IPAddress]:
        """At least one. Raises RequestFailedError."""
        if not self._slots.acquire(timeout=timeout_seconds):
            raise _failed("too many lookups are waiting")
        answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()
        Thread(target=self._look_up, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=timeout_seconds)
        except Empty:
            raise _failed("no answer in time") from None
        if isinstance(answer, Exception):
            raise _failed("the name does not resolve") from answer
        if not answer:
            raise _failed("the name has no address")
        return [ip_address(address) for address in answer]

    def _look_up(self, host: str, port: int, answers: SimpleQueue[Sequence[str] | Exception]) -> None:
        try:
            answers.put(self._resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)
        finally:
            self._slots.release()


def _failed(detail: str) -> RequestFailedError:
    return RequestFailedError(NetworkFailure.DNS_FAILED, detail)
