"""What recorded requests cost in DynamoDB's units: by the items' sizes, their indexes, their transactions.

It follows the items as they are written, so that of each write it knows what stood there before. A write
whose condition could not have held costs its unit, and changes nothing.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.request_kinds import item_kind
from benchmarks.requests import Request
from unit.aws.write_units import index_units, item_bytes, write_units

_READ_UNIT_BYTES = 4096
_INDEX_ENTRY_BYTES = 200
_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b")

_Key = tuple[str, str]
_Item = dict[str, Any]


@dataclass(slots=True)
class TableUnits:
    """`writes`: by item kind or by index, what its writes cost in all; `reads`: by operation and kind."""

    writes: dict[str, float] = field(default_factory=dict)
    reads: dict[str, float] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)
    """Bytes, by kind."""
    _items: dict[_Key, _Item] = field(default_factory=dict)

    def add(self, request: Request) -> None:
        given, operation = request.parameters, request.operation.removeprefix("dynamodb:")
        match operation:
            case "PutItem" | "UpdateItem" | "DeleteItem":
                self._write(operation.removesuffix("Item"), given, 1)
            case "TransactWriteItems":
                for write in given["TransactItems"]:
                    ((act, parameters),) = write.items()
                    self._write(act, parameters, 2)
            case _:
                name = f"{operation} {request.kind}"
                self.reads[name] = self.reads.get(name, 0.0) + self._read_units(given)

    def _write(self, act: str, given: Mapping[str, Any], factor: int) -> None:
        key = _key(given.get("Item") or given["Key"])
        before = self._items.get(key, {})
        after = _after(act, given, before)
        larger = max(before, after, key=item_bytes)
        self._count(
            item_kind(given.get("Item") or given["Key"]),
            factor * max(write_units(larger), 1),
            item_bytes(larger),
        )
        if not _held(given, before):
            return
        for index, units in index_units(before, after).items():
            self._count(index, units, 0)
        self._items[key] = after

    def _count(self, kind: str, units: float, size_bytes: int) -> None:
        self.writes[kind] = self.writes.get(kind, 0.0) + units
        self.largest[kind] = max(self.largest.get(kind, 0), size_bytes)

    def _read_units(self, given: Mapping[str, Any]) -> float:
        share = 1.0 if given.get("ConsistentRead") else 0.5
        if "RequestItems" in given:
            ((_, asked),) = given["RequestItems"].items()
            share = 1.0 if asked.get("ConsistentRead") else 0.5
            return sum(share * _units_of(self._size(_key(key))) for key in asked["Keys"])
        if "IndexName" in given:
            return share * _units_of(self._index_bytes(given))
        if "KeyConditionExpression" in given:
            partition = given["ExpressionAttributeValues"][":pk"]["S"]
            return share * _units_of(sum(self._size(key) for key in self._items if key[0] == partition))
        return share * _units_of(self._size(_key(given["Key"])))

    def _size(self, key: _Key) -> int:
        return item_bytes(self._items.get(key, {}))

    def _index_bytes(self, given: Mapping[str, Any]) -> int:
        hash_key = given["ExpressionAttributeNames"].get(f"#{given['IndexName'].removeprefix('by_')}", "")
        entries = sum(hash_key in item for item in self._items.values())
        return min(entries, int(given.get("Limit", entries))) * _INDEX_ENTRY_BYTES


def _key(values: Mapping[str, Mapping[str, str]]) -> _Key:
    return values["pk"]["S"], values["sk"]["S"]


def _units_of(size_bytes: int) -> int:
    return max(math.ceil(size_bytes / _READ_UNIT_BYTES), 1)


def _after(act: str, given: Mapping[str, Any], before: _Item) -> _Item:
    match act:
        case "Put":
            return dict(given["Item"])
        case "Update":
            return _updated(before | given["Key"], given)
        case "Delete":
            return {}
    return before  # a condition's check


def _updated(item: _Item, given: Mapping[str, Any]) -> _Item:
    """SET of plain values and REMOVE; a sum that is added to keeps its size."""
    names, values = given.get("ExpressionAttributeNames", {}), given.get("ExpressionAttributeValues", {})
    after = dict(item)
    for clause, text in _clauses(given["UpdateExpression"]):
        for part in text.split(","):
            name, _, value = (piece.strip() for piece in part.partition("="))
            if clause == "REMOVE":
                after.pop(names.get(name, name), None)
            elif clause == "SET" and value in values:
                after[names.get(name, name)] = values[value]
    return after


def _clauses(expression: str) -> Iterator[tuple[str, str]]:
    pieces = _CLAUSE.split(expression)[1:]
    return zip(pieces[::2], pieces[1::2], strict=True)


def _held(given: Mapping[str, Any], before: _Item) -> bool:
    """Whether the revision that the write counts on was written last, as far as both are known."""
    condition = given.get("ConditionExpression", "")
    asked = re.search(r"#?(revision|version) = (:\w+)", condition)
    if asked is None or not before:
        return not (before and condition.startswith("attribute_not_exists(pk)"))
    return bool(before.get(asked[1]) == given["ExpressionAttributeValues"][asked[2]])
