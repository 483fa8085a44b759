"""How many bytes an item takes up, by DynamoDB's published rules ("Item sizes and formats"). Pure."""

from darkroom.aws.attributes import AttributeValue, Item

WRITE_UNIT_BYTES = 1024
"""What a write may hold for one unit; what is above costs another one each time."""


def item_bytes(item: Item) -> int:
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: AttributeValue) -> int:
    """Of the kinds that `attributes` writes."""
    (kind, content), *_ = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content) + 1) // 2 + 1  # two digits a byte; a point or sign counted as one
        case "M":
            return 3 + len(content) + item_bytes(content)
        case "L":
            return 3 + sum(1 + value_bytes(element) for element in content)
    return 1
