"""The operator's commands on money: spend caps, requests a minute, prices. Part of `darkroom.admin`."""

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.clients import Clients
from darkroom.aws.prices import StoredPrices
from darkroom.aws.secrets import SecretValue
from darkroom.aws.stack import StackOutputs
from darkroom.jobs.catalogue import MODELS, Model
from darkroom.jobs.money import MICROUSD
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.upstream import UpstreamUnavailableError

COMMANDS = ("set-cap", "set-rate", "set-price", "refresh-prices")
_MOST_USD = 1_000_000_000


class NoPricesError(Exception):
    """Upstream names no model's price."""


def add_parsers(commands: "argparse._SubParsersAction[Any]", stack: argparse.ArgumentParser) -> None:
    cap = commands.add_parser("set-cap", parents=[stack], help="what a tenant may spend in all")
    cap.add_argument("tenant")
    cap.add_argument("usd", type=microusd_or_none, help="US dollars; none lifts the cap")
    rate = commands.add_parser("set-rate", parents=[stack], help="how many requests a minute a tenant has")
    rate.add_argument("tenant")
    rate.add_argument("rate", type=rate_or_none, help="requests that make jobs; none: no limit of its own")
    price = commands.add_parser("set-price", parents=[stack], help="what an image of a model costs")
    price.add_argument("model", choices=[model.id for model in MODELS])
    price.add_argument("usd", type=microusd, help="US dollars")
    commands.add_parser("refresh-prices", parents=[stack], help="ask upstream for its prices and store them")


def run(options: argparse.Namespace, outputs: StackOutputs, clients: Clients, now: float) -> dict[str, str]:
    """Raises UnknownTenantError, NoPricesError, ThrottledError."""
    table = outputs.accounts_table
    if options.command == "set-cap":
        AccountsTable(clients.dynamodb, table).set_cap(options.tenant, options.usd)
        return {"tenant": options.tenant, "cap_usd": _shown(options.usd)}
    if options.command == "set-rate":
        AccountsTable(clients.dynamodb, table).set_requests_per_minute(options.tenant, options.rate)
        return {"tenant": options.tenant, "requests_per_minute": str(options.rate or "none")}
    if options.command == "set-price":
        prices = {options.model: options.usd}
    else:
        prices = upstream_prices(clients, outputs)
    StoredPrices(clients.dynamodb, table).store(prices, now)
    return {model: _shown(price) for model, price in prices.items()}


def upstream_prices(clients: Clients, outputs: StackOutputs) -> dict[str, int]:
    """Of the models whose price upstream names. Raises NoPricesError."""
    from darkroom.net.tls import ssl_context
    from darkroom.wavespeed.client import WaveSpeed
    from darkroom.wavespeed.transport import open_client

    key = SecretValue(clients.secretsmanager, outputs.upstream_key)
    prices = {}
    with open_client(ssl_context()) as http:
        upstream = WaveSpeed(http, outputs.upstream_url, key.value)
        for model in MODELS:
            try:
                prices[model.id] = upstream.price_microusd(model.id, _usual_inputs(model))
            except UpstreamUnavailableError:
                continue
    if not prices:
        raise NoPricesError
    return prices


def microusd(text: str) -> int:
    """Of an amount in US dollars, exactly. Raises ValueError: argparse says so."""
    try:
        amount = Decimal(text) * MICROUSD
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or amount != int(amount) or not 0 < amount <= _MOST_USD * MICROUSD:
        raise ValueError(text)
    return int(amount)


def microusd_or_none(text: str) -> int | None:
    return None if text == "none" else microusd(text)


def rate_or_none(text: str) -> int | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
        raise ValueError(text)
    return int(text)


def _usual_inputs(model: Model) -> dict[str, Any]:
    width, height = model.default_size
    return ImageRequest(model.id, "a picture", width, height).upstream_inputs(seed=-1)


def _shown(amount: int | None) -> str:
    return "none" if amount is None else str(Decimal(amount) / MICROUSD)
