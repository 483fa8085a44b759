"""The writes that a transaction on AccountsTable is made of, each with its condition."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.account_items import profile_of
from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.transactions import Write, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_ROUNDS = 2


def absent(table: str, item: Item) -> Write:
    """The item is put where none stands."""
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def present(table: str, tenant: str) -> Write:
    """There is such a tenant, and it is not removed."""
    condition = {"ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(removed_at)"}
    return {"ConditionCheck": {"TableName": table, "Key": profile_of(tenant), **condition}}


def set_profile(table: str, tenant: str, values: Mapping[str, Any], owner: str | None = None) -> Write:
    """None takes an attribute away. The tenant must be there, and be the owner's where one is named."""
    condition = "attribute_exists(pk) AND attribute_not_exists(removed_at)"
    names = {f"#{index}": name for index, name in enumerate(values)}
    given = {f":{i}": to_attribute(value) for i, value in enumerate(values.values()) if value is not None}
    if owner is not None:
        condition += " AND #owner = :owner"
        names["#owner"], given[":owner"] = "owner", to_attribute(owner)
    update = {
        "TableName": table,
        "Key": profile_of(tenant),
        "UpdateExpression": _expression(list(values.values())),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
    }
    return {"Update": update | ({"ExpressionAttributeValues": given} if given else {})}


def one_sub_account_more(table: str, owner: str, at_most: int) -> Write:
    """Its condition: the owner has fewer than `at_most`."""
    condition = "attribute_exists(pk) AND (attribute_not_exists(#count) OR #count < :most)"
    return _counted(table, owner, condition, {":change": 1, ":most": at_most})


def one_sub_account_less(table: str, owner: str) -> Write:
    return _counted(table, owner, "attribute_exists(pk)", {":change": -1})


def _counted(table: str, owner: str, condition: str, values: Mapping[str, int]) -> Write:
    update = {
        "TableName": table,
        "Key": profile_of(owner),
        "UpdateExpression": "ADD #count :change",
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#count": "sub_accounts"},
        "ExpressionAttributeValues": {name: to_attribute(value) for name, value in values.items()},
    }
    return {"Update": update}


def written(client: "DynamoDBClient", writes: Sequence[Write]) -> bool:
    """All or nothing; False where the first one's condition failed. As `first_refused` otherwise."""
    return first_refused(client, writes) is None


def first_refused(client: "DynamoDBClient", writes: Sequence[Write], may_fail: int = 1) -> int | None:
    """None: all is written. Else which of the first `may_fail` writes was refused, and nothing is written.

    Raises ThrottledError.
    The conditions of the others keep what is new from what stands: none is known that could fail, but while
    the same is being written by another. Then the first one's fails a moment later.
    """
    for _ in range(_ROUNDS):
        refused = transact(client, writes)
        if refused is None:
            return None
        for index, standing in enumerate(refused[:may_fail]):
            if standing is not None:
                return index
    raise RuntimeError("a write that should be of something new found something there")


def _expression(values: Sequence[Any]) -> str:
    kept = [f"#{index} = :{index}" for index, value in enumerate(values) if value is not None]
    gone = [f"#{index}" for index, value in enumerate(values) if value is None]
    parts = (kept and "SET " + ", ".join(kept), gone and "REMOVE " + ", ".join(gone))
    return " ".join(part for part in parts if part)
