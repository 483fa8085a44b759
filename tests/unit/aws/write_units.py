"""What an item takes up and a write of it costs, by DynamoDB's published rules."""

from typing import Any

from darkroom.aws.attributes import Item

BYTES_A_UNIT = 1024
INDEXES = {
    "by_tenant": ("tenant", "created"),
    "by_due": ("due", "due_at"),
    "by_backlog": ("backlog", "place"),
}
"""JobsTable's, by their keys; they project nothing else (tests/template/test_data.py)."""


def item_bytes(item: Item) -> int:
    """UTF-8 of names and text; of a number two digits a byte and one; 3 for a document, 1 for each of its
    elements."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def write_units(item: Item) -> int:
    """Of a put outside of a transaction; inside of one it costs twice that."""
    return -(-item_bytes(item) // BYTES_A_UNIT)


def index_units(before: Item, after: Item) -> dict[str, int]:
    """By index: an entry that comes or goes costs a unit, one that moves two, one that stays none."""
    return {name: units for name, keys in INDEXES.items() if (units := _moved(before, after, keys))}


def _moved(before: Item, after: Item, keys: tuple[str, str]) -> int:
    places = [_place(item, keys) for item in (before, after)]
    return 0 if places[0] == places[1] else sum(place is not None for place in places)


def _place(item: Item, keys: tuple[str, str]) -> tuple[Any, ...] | None:
    return tuple(item[key] for key in keys) if all(key in item for key in keys) else None


def _value_bytes(value: Any) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content) + 1) // 2 + 1
        case "M":
            return 3 + len(content) + item_bytes(content)
        case "L":
            return 3 + sum(1 + _value_bytes(element) for element in content)
    return 1
