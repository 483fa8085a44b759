"""Amounts from upstream: exact micro-dollars, or nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.wavespeed.money import read_balance, read_price


@given(st.integers(1, 10**12))
def test_a_price_sent_as_a_float_is_the_micro_dollars_it_means(microusd: int) -> None:
    assert read_price({"price": microusd / 1e6, "currency": "USD"}) == microusd


@pytest.mark.parametrize(("price", "microusd"), [(0.027, 27_000), (1, 1_000_000), (0.0000271, 28)])
def test_a_price_is_exact_and_what_is_finer_is_rounded_up(price: float, microusd: int) -> None:
    assert read_price({"price": price, "discounted_price": price / 2}) == microusd


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"price": None},
        {"price": "0.027"},
        {"price": True},
        {"price": 0},
        {"price": -0.027},
        {"price": float("nan")},
        {"price": float("inf")},
        {"price": 0.027, "currency": "CNY"},
    ],
)
def test_what_is_no_price_is_none(content: dict[str, Any]) -> None:
    with pytest.raises(UpstreamUnavailableError):
        read_price(content)


def test_a_balance_may_be_nothing_or_below() -> None:
    assert read_balance({"balance": 0}) == 0
    assert read_balance({"balance": -1.5}) == -1_500_000
    with pytest.raises(UpstreamUnavailableError):
        read_balance({"balance": "1.5"})
