"""Amounts in upstream's answers (contract page, "Others"), as integer micro-dollars. Pure."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from darkroom.jobs.money import MICROUSD
from darkroom.jobs.upstream import UpstreamUnavailableError

_MOST_USD = 1e12


def read_price(content: Mapping[str, Any]) -> int:
    """Of one image, without a discount: what one is worth for a charge is undocumented, and a spend cap must
    hold without it. Exact; a price finer than a micro-dollar is rounded up.

    Raises UpstreamUnavailableError for what is no price in US dollars.
    """
    price = _usd(content.get("price"))
    if price is None or price <= 0 or content.get("currency", "USD") != "USD":
        raise UpstreamUnavailableError("no price in US dollars in the answer")
    return int((price * MICROUSD).to_integral_value(ROUND_CEILING))


def read_balance(content: Mapping[str, Any]) -> int:
    """To the nearest micro-dollar. Raises UpstreamUnavailableError."""
    balance = _usd(content.get("balance"))
    if balance is None:
        raise UpstreamUnavailableError("no balance in the answer")
    return int((balance * MICROUSD).to_integral_value())


def _usd(value: object) -> Decimal | None:
    """A float's repr is the shortest decimal that means it: the very digits that upstream sent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST_USD:
        return None
    return Decimal(repr(value))
