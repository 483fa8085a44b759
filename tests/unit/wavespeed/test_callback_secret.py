"""Upstream's webhook secret is asked for once, and again when a signature does not match."""

import pytest

from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.wavespeed.callback_secret import CallbackSecret
from memory.clock import FakeClock


class Upstream:
    def __init__(self) -> None:
        self.secret = "whsec_first"
        self.asked = 0
        self.is_down = False

    def fetch(self) -> str:
        self.asked += 1
        if self.is_down:
            raise UpstreamUnavailableError("503")
        return self.secret


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_it_is_asked_for_once(upstream: Upstream, clock: FakeClock) -> None:
    secret = CallbackSecret(upstream.fetch, clock)
    assert {secret.value() for _ in range(5)} == {"whsec_first"}
    assert upstream.asked == 1


def test_a_rotated_secret_is_found_by_a_signature_that_does_not_match(
    upstream: Upstream, clock: FakeClock
) -> None:
    secret = CallbackSecret(upstream.fetch, clock)
    secret.value()
    upstream.secret = "whsec_second"
    clock.advance(61)
    assert secret.newer() == "whsec_second"
    assert secret.value() == "whsec_second"


def test_forged_callbacks_do_not_make_us_ask_upstream_each_time(upstream: Upstream, clock: FakeClock) -> None:
    secret = CallbackSecret(upstream.fetch, clock)
    secret.value()
    clock.advance(61)
    assert [secret.newer() for _ in range(50)] == [None] * 50
    assert upstream.asked == 2


def test_an_upstream_that_is_down_leaves_the_old_secret_in_use(upstream: Upstream, clock: FakeClock) -> None:
    secret = CallbackSecret(upstream.fetch, clock)
    secret.value()
    upstream.is_down = True
    clock.advance(61)
    with pytest.raises(UpstreamUnavailableError):
        secret.newer()
    assert secret.value() == "whsec_first"
