"""Name resolution: bounded in time, and every outcome one of the network's failures."""

import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from threading import Event

import pytest

from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.lookup import BoundedLookup


def failing(error: Exception) -> Callable[[str, int], list[str]]:
    def resolver(host: str, port: int) -> list[str]:
        raise error

    return resolver


def test_all_addresses_are_returned_in_their_order() -> None:
    lookup = BoundedLookup(lambda host, port: ["2606:2800::1", "93.184.216.34", "fe80::1%3"])
    assert lookup.addresses("example.com", 443, 1.0) == [
        ip_address("2606:2800::1"),
        ip_address("93.184.216.34"),
        ip_address("fe80::1%3"),
    ]


@pytest.mark.parametrize(
    ("resolver", "detail"),
    [
        (failing(socket.gaierror(-2, "Name or service not known")), "the name does not resolve"),
        (failing(UnicodeError("label too long")), "the name does not resolve"),
        (lambda host, port: [], "the name has no address"),
    ],
)
def test_name_without_an_address_is_a_failed_lookup(
    resolver: Callable[[str, int], list[str]], detail: str
) -> None:
    with pytest.raises(RequestFailedError) as failed:
        BoundedLookup(resolver).addresses("example.com", 443, 1.0)
    assert (failed.value.failure, failed.value.detail) == (NetworkFailure.DNS_FAILED, detail)


def test_hanging_resolver_is_left_behind_at_the_deadline_and_holds_its_slot() -> None:
    release = Event()

    def hanging(host: str, port: int) -> list[str]:
        release.wait(5.0)
        return ["93.184.216.34"]

    lookup = BoundedLookup(hanging, max_pending=1)
    started = time.monotonic()
    with pytest.raises(RequestFailedError, match="no answer in time"):
        lookup.addresses("example.com", 443, 0.05)
    with pytest.raises(RequestFailedError, match="too many lookups"):
        lookup.addresses("example.com", 443, 0.05)
    assert time.monotonic() - started < 1.0
    release.set()
    assert lookup.addresses("example.com", 443, 1.0) == [ip_address("93.184.216.34")]
