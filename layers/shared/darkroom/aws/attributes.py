"""Plain values to DynamoDB's attribute values and back. Knows no item's meaning."""

from collections.abc import Mapping
from typing import Any, TypeAlias

AttributeValue: TypeAlias = Mapping[str, Any]
Item: TypeAlias = Mapping[str, Any]
"""Names with their attribute values."""


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """None and empty collections are left out: an attribute that is absent costs nothing."""
    return {name: to_attribute(value) for name, value in values.items() if not _is_nothing(value)}


def from_item(item: Item) -> dict[str, Any]:
    return {name: from_attribute(value) for name, value in item.items()}


def to_attribute(value: Any) -> AttributeValue:
    """Numbers keep all their digits (a float has 17 at most, DynamoDB keeps 38)."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}  # an enum's member becomes its plain text
        case int() | float():
            return {"N": repr(value)}
        case Mapping():
            return {"M": to_item(value)}
        case list() | tuple():
            return {"L": [to_attribute(element) for element in value]}
    raise TypeError(f"{type(value).__name__} has no attribute value")


def from_attribute(attribute: AttributeValue) -> Any:
    """A number without a fraction is an int, whatever it was: DynamoDB doesn't keep the difference."""
    (kind, value), *_ = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return _number(value)
        case "M":
            return from_item(value)
        case "L":
            return [from_attribute(element) for element in value]
    raise TypeError(f"attribute values of kind {kind} are not ours")


def _number(text: str) -> int | float:
    number = float(text)
    return int(text) if text.lstrip("-").isdigit() else int(number) if number.is_integer() else number


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, (Mapping, list, tuple)) and not value)
