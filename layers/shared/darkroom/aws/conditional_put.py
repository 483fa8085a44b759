"""One conditional put, and the truth about whether it landed: a write can conflict with itself.

    put ──► lands ──► reply lost ──► botocore puts again ──► condition fails on our own item

So what stands there is compared with what was to be written. The caller's item must hold a random
value of its own (a revision), or be the same whoever writes it. Where others may write before the loss is
seen, the caller has to tell its own write under theirs.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, from_item
from darkroom.aws.errors import standing_item, translated
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Put = dict[str, Any]
"""The parameters of `put_item`, which are those of a transaction's `Put` too."""


def conditional_put(table: str, item: Item, condition: str, **expression: Any) -> Put:
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **expression,
    }


def put(client: "DynamoDBClient", request: Put, is_in: Callable[[Item], bool] | None = None) -> Item | None:
    """None: written. Else the item on which the condition failed, empty where none stands.

    `is_in`: whether it was written, told by what stands there; without it, only where nobody wrote since.
    Raises ThrottledError, after a look whether the write has landed for all that.
    """

    def has_landed(standing: Item) -> bool:
        return is_in(standing) if is_in else from_item(standing) == from_item(request["Item"])

    try:
        with translated():
            client.put_item(**request)
    except client.exceptions.ConditionalCheckFailedException as error:
        standing = standing_item(error) or standing_in_place(client, request)
        return None if has_landed(standing) else standing
    except ThrottledError:
        if not has_landed(standing_in_place(client, request)):
            raise
    return None


def standing_in_place(client: "DynamoDBClient", request: Put) -> Item:
    """What stands now where the item was to be put; empty where nothing does. Raises ThrottledError."""
    key = {"pk": request["Item"]["pk"], "sk": request["Item"]["sk"]}
    with translated():
        reply = client.get_item(TableName=request["TableName"], Key=key, ConsistentRead=True)
    return reply.get("Item", {})
