"""Which connection a request takes, and what the client never does."""

import ssl

import httpx
import pytest

from darkroom.wavespeed.client import WaveSpeed
from darkroom.wavespeed.transport import UpstreamTransport, client_over, open_client
from unit.wavespeed.upstream_api import BASE_URL, INPUTS, KEY, MODEL, Recorder, envelope

DATA = envelope({"id": "a1", "status": "created", "items": [], "secret": "whsec_fake"})


def test_only_the_paid_post_opens_a_connection_of_its_own() -> None:
    kept, fresh = Recorder(DATA), Recorder(DATA)
    transport = UpstreamTransport(httpx.MockTransport(kept), httpx.MockTransport(fresh))
    api = WaveSpeed(client_over(transport), BASE_URL, lambda: KEY)
    api.submit(MODEL, INPUTS, None)
    assert (len(kept.requests), len(fresh.requests)) == (0, 1)
    api.result("a1")
    api.recent(MODEL, 0, 1)
    api.delete("a1")
    api.webhook_secret()
    assert (len(kept.requests), len(fresh.requests)) == (4, 1)


def test_proxies_of_the_environment_and_redirects_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    with open_client(ssl.create_default_context()) as client:
        assert not client.trust_env
        assert not client.follow_redirects
        assert not client._mounts  # where httpx keeps the proxies it has found


class _Closing(httpx.BaseTransport):
    closed = False

    def close(self) -> None:
        self.closed = True


def test_both_pools_are_closed_with_the_client() -> None:
    kept, fresh = _Closing(), _Closing()
    client_over(UpstreamTransport(kept, fresh)).close()
    assert kept.closed
    assert fresh.closed
