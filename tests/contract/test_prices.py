"""Prices: what the operator stored, else the catalogue's, read seldom and kept through a bad time."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from darkroom.aws.clients import Clients
from darkroom.aws.prices import FRESH_SECONDS, StoredPrices
from darkroom.jobs.catalogue import DREAMINA_V31, SEEDREAM_V31
from darkroom.ports import ThrottledError


class Watched:
    """Counts the reads, and fails them on demand."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.reads = 0
        self.is_down = False

    def get_item(self, **request: Any) -> Any:
        self.reads += 1
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.test")
        return self._real.get_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client(clients: Clients, accounts_table_name: str) -> Watched:
    return Watched(clients.dynamodb)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def prices(client: Any, clock: Clock) -> StoredPrices:
    return StoredPrices(client, "accounts", clock)


def test_without_stored_prices_the_catalogues_stand(prices: StoredPrices) -> None:
    assert prices.price_microusd(DREAMINA_V31.id) == 27_000
    assert prices.price_microusd(SEEDREAM_V31.id) is None
    assert prices.price_microusd("no/such-model") is None


def test_a_stored_price_stands_before_the_catalogues(prices: StoredPrices) -> None:
    prices.store({DREAMINA_V31.id: 30_000}, now=1.0)
    prices.store({SEEDREAM_V31.id: 12_345}, now=2.0)
    assert prices.price_microusd(DREAMINA_V31.id) == 30_000
    assert prices.price_microusd(SEEDREAM_V31.id) == 12_345


def test_prices_are_read_once_a_minute(prices: StoredPrices, client: Watched, clock: Clock) -> None:
    for _ in range(3):
        prices.price_microusd(DREAMINA_V31.id)
    assert client.reads == 1
    prices.store({DREAMINA_V31.id: 30_000}, now=1.0)
    assert prices.price_microusd(DREAMINA_V31.id) == 27_000
    clock.now += FRESH_SECONDS
    assert prices.price_microusd(DREAMINA_V31.id) == 30_000
    assert client.reads == 2


def test_a_stale_price_is_kept_while_the_table_can_t_be_read(
    prices: StoredPrices, client: Watched, clock: Clock
) -> None:
    prices.store({SEEDREAM_V31.id: 12_345}, now=1.0)
    prices.price_microusd(SEEDREAM_V31.id)
    client.is_down = True
    clock.now += 10 * FRESH_SECONDS
    assert prices.price_microusd(SEEDREAM_V31.id) == 12_345


def test_no_price_is_guessed_before_the_first_reading(prices: StoredPrices, client: Watched) -> None:
    client.is_down = True
    with pytest.raises(ThrottledError):
        prices.price_microusd(DREAMINA_V31.id)
