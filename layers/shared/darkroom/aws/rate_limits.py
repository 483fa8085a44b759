"""Requests a minute on DynamoDB: one counter for each tenant and minute, written on condition.

pk = TENANT#{tenant}   sk = rate   minute (Unix time / 60), count, previous (the count of the minute before)

`previous` doesn't change while its minute lasts: what this process has seen of the item is enough to know
what `count` may come to, and one conditional update asks and counts at once. Who loses a race goes on
with the item that it lost against. An increment whose reply is lost may count twice: never too little.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING

from darkroom.aws.attributes import Item, from_item, to_attribute, to_item
from darkroom.aws.errors import standing_item, translated
from darkroom.jobs.rate_window import RateTaken, RateWindow
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 20
_REMEMBERED = 10_000


class DynamoRateLimits:
    """Safe to share between threads."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._seen: OrderedDict[str, RateWindow] = OrderedDict()

    def take(self, tenant: str, limit: int, now: float) -> RateTaken:
        seen = self._seen.get(tenant)
        for _ in range(_TRIES):
            window = (seen or RateWindow(0)).at(now)
            if window.count >= window.allows(limit, now):
                return window.taken(False, limit, now)  # a count only grows: what was seen is enough
            taken, standing = self._count(tenant, seen, window, window.allows(limit, now))
            seen = standing
            self._remember(tenant, standing)
            if taken and standing is not None:
                return standing.taken(True, limit, now)
        raise ThrottledError("the counter changes too fast")

    def _count(
        self, tenant: str, seen: RateWindow | None, window: RateWindow, at_most: int
    ) -> tuple[bool, RateWindow | None]:
        """Whether it was counted, and what stands then."""
        if seen == window:
            change = "ADD #count :one"
            condition = "#minute = :minute AND #previous = :previous AND #count < :most"
            values = {":minute": window.number, ":previous": window.previous, ":one": 1, ":most": at_most}
        else:
            change = "SET #minute = :minute, #previous = :previous, #count = :one"
            condition = "attribute_not_exists(pk)"
            values = {":minute": window.number, ":previous": window.previous, ":one": 1}
            if seen is not None:
                condition = "#minute = :old AND #count = :ended"
                values |= {":old": seen.number, ":ended": seen.count}
        try:
            with translated():
                reply = self._client.update_item(
                    TableName=self._table,
                    Key=to_item({"pk": f"TENANT#{tenant}", "sk": "rate"}),
                    UpdateExpression=change,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={
                        "#count": "count",
                        "#minute": "minute",
                        "#previous": "previous",
                    },
                    ExpressionAttributeValues={name: to_attribute(value) for name, value in values.items()},
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return False, _window(standing_item(error) or {})
        return True, _window(reply["Attributes"])

    def _remember(self, tenant: str, window: RateWindow | None) -> None:
        if window is not None:
            self._seen[tenant] = window
            self._seen.move_to_end(tenant)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


def _window(item: Item) -> RateWindow | None:
    values = from_item(item)
    return RateWindow(values["minute"], values["count"], values["previous"]) if values else None
