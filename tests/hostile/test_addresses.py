"""Names that lead to private addresses, now or later."""

import time
from collections.abc import Sequence
from contextlib import closing
from threading import Event

import pytest

from darkroom.net.client import GuardedClient
from darkroom.net.dialer import GuardedDialer
from darkroom.net.errors import NetworkFailure, RequestFailedError
from darkroom.net.url_policy import SafeUrl, check_url
from hostile.certificates import HOST, authority
from hostile.internet import ALSO_PUBLIC, PUBLIC, Internet
from hostile.loopback import answering, loopback

URL = check_url(f"https://{HOST}/hook")
OK = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def get(client: GuardedClient, deadline_seconds: float = 10.0, url: SafeUrl = URL) -> int:
    with client.request(
        "GET", url, headers={}, deadline_seconds=deadline_seconds, max_received_bytes=65536
    ) as response:
        return response.status


def client_on(dialer: GuardedDialer) -> GuardedClient:
    return GuardedClient(dialer, authority().client_context)


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["10.1.2.3"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a9fe:a9fe"],
        ["2002:a9fe:a9fe::1"],
        ["fd00:ec2::254"],
        ["fe80::1%2"],
        [PUBLIC, "10.1.2.3"],
        ["10.1.2.3", PUBLIC],
        [PUBLIC, ALSO_PUBLIC, "::1"],
    ],
)
def test_one_private_answer_refuses_the_whole_name(answers: Sequence[str]) -> None:
    internet = Internet(0, answers)
    with pytest.raises(RequestFailedError) as failed:
        get(client_on(internet.dialer()))
    assert failed.value.failure is NetworkFailure.ADDRESS_REFUSED
    assert not any(address in str(failed.value) for address in answers)
    assert internet.connected == []


def test_name_is_resolved_once_and_that_very_address_is_dialed() -> None:
    with loopback(OK, authority().server_context()) as server:
        internet = Internet(server.port, [PUBLIC], ["127.0.0.1"])
        assert get(client_on(internet.dialer())) == 200
    assert internet.lookups == [HOST]
    assert internet.connected == [(PUBLIC, 443)]


def test_name_that_turns_private_is_refused_at_the_next_dial() -> None:
    with loopback(OK, authority().server_context()) as server:
        internet = Internet(server.port, [PUBLIC], ["127.0.0.1"])
        client = client_on(internet.dialer())
        assert get(client) == 200
        with pytest.raises(RequestFailedError) as failed:
            get(client)
    assert failed.value.failure is NetworkFailure.ADDRESS_REFUSED
    assert internet.connected == [(PUBLIC, 443)]


def test_next_address_is_tried_when_one_does_not_answer_in_its_share_of_the_time() -> None:
    with loopback(OK, authority().server_context()) as server:
        internet = Internet(server.port, [ALSO_PUBLIC, PUBLIC], unreachable=[ALSO_PUBLIC])
        assert get(client_on(internet.dialer()), deadline_seconds=8.0) == 200
    assert internet.connected == [(ALSO_PUBLIC, 443), (PUBLIC, 443)]
    assert 3.0 < internet.timeouts[0] <= 4.0


def test_addresses_that_all_stay_silent_are_a_connect_timeout() -> None:
    internet = Internet(0, [PUBLIC, ALSO_PUBLIC], unreachable=[PUBLIC, ALSO_PUBLIC])
    with pytest.raises(RequestFailedError) as failed:
        get(client_on(internet.dialer()))
    assert failed.value.failure is NetworkFailure.CONNECT_TIMEOUT


def test_hanging_name_server_ends_at_the_deadline() -> None:
    release = Event()

    def hanging(host: str, port: int) -> list[str]:
        release.wait(5.0)
        return [PUBLIC]

    started = time.monotonic()
    with pytest.raises(RequestFailedError) as failed:
        get(client_on(GuardedDialer(resolver=hanging)), deadline_seconds=0.1)
    release.set()
    assert failed.value.failure is NetworkFailure.DNS_FAILED
    assert time.monotonic() - started < 1.1


def test_local_target_opens_its_own_port_and_no_other() -> None:
    with loopback(OK) as server, loopback(OK) as other:
        both = frozenset({server.target, other.target})
        with closing(GuardedClient(GuardedDialer(local_targets=frozenset({server.target})))) as client:
            assert get(client, url=check_url(f"http://{server.target}/", local_targets=both)) == 200
            with pytest.raises(RequestFailedError) as failed:
                get(client, url=check_url(f"http://{other.target}/", local_targets=both))
    assert failed.value.failure is NetworkFailure.ADDRESS_REFUSED
    assert other.connections == []
