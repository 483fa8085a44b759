"""What an image costs: as the operator stored it, else as the catalogue says.

pk = PRICES   sk = prices   prices: {model's id: micro-dollars}, refreshed_at
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from darkroom.aws.attributes import from_item, to_attribute, to_item
from darkroom.aws.errors import translated
from darkroom.jobs.catalogue import find_model
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FRESH_SECONDS = 60.0
_KEY = to_item({"pk": "PRICES", "sk": "prices"})


class StoredPrices:
    """Read at most once in FRESH_SECONDS; while the table can't be read, what was read last goes on."""

    def __init__(
        self, client: "DynamoDBClient", table: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._table = table
        self._monotonic = monotonic
        self._prices: Mapping[str, int] | None = None
        self._fresh_until = 0.0
        self._lock = threading.Lock()

    def price_microusd(self, model_id: str) -> int | None:
        """None: unknown, never zero. Raises ThrottledError, but only before the first reading."""
        model = find_model(model_id)
        return self._current().get(model_id, model.price_microusd if model else None)

    def store(self, prices: Mapping[str, int], now: float) -> None:
        """These models' prices; the others' stay. Raises ThrottledError."""
        with translated():
            self._client.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET prices = if_not_exists(prices, :none), refreshed_at = :now",
                ExpressionAttributeValues={":none": {"M": {}}, ":now": to_attribute(now)},
            )
            names = {f"#{index}": model for index, model in enumerate(prices)}
            values = {f":{index}": to_attribute(price) for index, price in enumerate(prices.values())}
            self._client.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET " + ", ".join(f"prices.{name} = :{name[1:]}" for name in names),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )

    def _current(self) -> Mapping[str, int]:
        with self._lock:
            if self._prices is None or self._monotonic() >= self._fresh_until:
                self._prices = self._renewed()
                self._fresh_until = self._monotonic() + FRESH_SECONDS
            return self._prices

    def _renewed(self) -> Mapping[str, int]:
        try:
            with translated():
                reply = self._client.get_item(TableName=self._table, Key=_KEY)
        except ThrottledError:
            if self._prices is None:
                raise
            return self._prices
        prices: Mapping[str, int] = from_item(reply.get("Item", {})).get("prices", {})
        return prices
