"""The gate's item as all its writers handle it: read, and swapped for another if it stands as it was seen.

A version is the marks of the latest writes, the newest first. A writer whose reply was lost finds its own
among them, though others have written since, and so makes no change twice.
"""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.conditional_put import Put, conditional_put
from darkroom.aws.errors import translated
from darkroom.aws.item_size import WRITE_UNIT_BYTES, item_bytes
from darkroom.aws.permit_items import permits_item, permits_key, stored_gate, stored_version
from darkroom.jobs.gate import Gate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MARK_BYTES = 4
_MARK_LENGTH = 6
"""Of its text."""
_MOST_MARKS = 64
LEAST_MARKS = 8
"""Between the two as many as leave the item at one write unit."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`version` is empty where there is no item yet."""

    gate: Gate
    version: str


@dataclass(frozen=True, slots=True)
class Swap:
    request: Put

    @property
    def after(self) -> Standing:
        return standing(self.request["Item"])

    def is_in(self, item: Item) -> bool:
        """Whether it was written before what stands there, or is that itself."""
        return self.came_before(standing(item))

    def came_before(self, other: Standing) -> bool:
        marks, ours = other.version, self.after.version[:_MARK_LENGTH]
        return any(marks.startswith(ours, at) for at in range(0, len(marks), _MARK_LENGTH))


class GateItem:
    def __init__(self, client: "DynamoDBClient", table: str, account: str) -> None:
        self._client = client
        self._table = table
        self._account = account

    def read(self) -> Standing:
        """Raises ThrottledError."""
        with translated():
            reply = self._client.get_item(
                TableName=self._table, Key=permits_key(self._account), ConsistentRead=True
            )
        return standing(reply.get("Item", {}))

    def swap(self, seen: Standing, gate: Gate) -> Swap:
        item = self._marked(gate, seen.version)
        if not seen.version:
            return Swap(conditional_put(self._table, item, "attribute_not_exists(pk)"))
        values = {":seen": to_attribute(seen.version)}
        return Swap(conditional_put(self._table, item, "version = :seen", ExpressionAttributeValues=values))

    def _marked(self, gate: Gate, before: str) -> Item:
        mark = secrets.token_urlsafe(_MARK_BYTES)
        room = WRITE_UNIT_BYTES - 1 - item_bytes(permits_item(self._account, gate, mark))
        kept = min(max(room // _MARK_LENGTH, LEAST_MARKS - 1), _MOST_MARKS - 1)
        return permits_item(self._account, gate, mark + before[: kept * _MARK_LENGTH])


def standing(item: Item) -> Standing:
    return Standing(stored_gate(item), stored_version(item)) if item else Standing(Gate(), "")
