"""Budgets: one item for each tenant with a spend cap. What is booked in it is `jobs_table`'s.

pk = TENANT#{tenant}   sk = budget   cap, left, reserved, spent (micro-dollars), lifted

`left` is stored, though it is cap - spent - reserved: a condition can't add. A lifted cap keeps its item,
so that the jobs reserved under it settle there; while it is lifted no condition stands on `left`.
"""

import random
import time
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, from_item, to_item
from darkroom.aws.errors import translated
from darkroom.aws.transactions import Write, transact
from darkroom.jobs.money import Budget, Change
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 20
_LONGEST_PAUSE_SECONDS = 0.05


def budget_key(tenant: str) -> Item:
    return to_item({"pk": f"TENANT#{tenant}", "sk": "budget"})


def new_budget(table: str, tenant: str, cap_microusd: int) -> dict[str, Any]:
    """A transaction's Put: nothing spent, nothing reserved. Its condition: the tenant has none yet."""
    values = {"cap": cap_microusd, "left": cap_microusd, "reserved": 0, "spent": 0}
    item = {**budget_key(tenant), **to_item(values)}
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def booked(table: str, tenant: str, change: Change, *, within_cap: bool) -> dict[str, Any]:
    """A transaction's Update. Its condition: there is a budget and, `within_cap`, as much is left in it."""
    within = " AND (attribute_exists(lifted) OR #left >= :needed)" if within_cap else ""
    values = {":reserved": change.reserved, ":spent": change.spent, ":left": change.left}
    needed = {":needed": -change.left} if within_cap else {}
    return {
        "Update": {
            "TableName": table,
            "Key": budget_key(tenant),
            "UpdateExpression": "ADD #reserved :reserved, #spent :spent, #left :left",
            "ConditionExpression": "attribute_exists(pk)" + within,
            "ExpressionAttributeNames": {"#reserved": "reserved", "#spent": "spent", "#left": "left"},
            "ExpressionAttributeValues": to_item({**values, **needed}),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def stored_budget(item: Item) -> Budget | None:
    """None where there is none, or the cap is lifted."""
    values = from_item(item)
    if not values or values.get("lifted"):
        return None
    return Budget(values["cap"], values["spent"], values["reserved"])


class Budgets:
    """All methods raise ThrottledError."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, tenant: str) -> Budget | None:
        """Strongly consistent. None for a tenant without a cap."""
        return stored_budget(self._read(tenant))

    def set_cap(self, tenant: str, cap_microusd: int | None, *with_it: Write) -> bool:
        """What is spent and reserved stays as it is; a cap below it lets nothing in until it is raised.

        None lifts the cap. Jobs reserved under it settle as they would have, jobs accepted from then on
        are booked nowhere; a cap set later counts on from what was spent under the former one.
        `with_it` is written together with this or not at all: False where a condition of it fails.
        """
        for _ in range(_TRIES):
            change = _cap_change(self._table, tenant, self._read(tenant), cap_microusd)
            refused = transact(self._client, [*with_it, change])
            if refused is None:
                return True
            if any(standing is not None for standing in refused[:-1]):
                return False
            time.sleep(random.random() * _LONGEST_PAUSE_SECONDS)  # noqa: S311  # jitter
        raise ThrottledError("the budget changes too fast")

    def remove(self, tenant: str) -> None:
        """With its tenant. What is still reserved settles nowhere then."""
        with translated():
            self._client.delete_item(TableName=self._table, Key=budget_key(tenant))

    def _read(self, tenant: str) -> Item:
        with translated():
            reply = self._client.get_item(TableName=self._table, Key=budget_key(tenant), ConsistentRead=True)
        return reply.get("Item", {})


def _cap_change(table: str, tenant: str, standing: Item, cap_microusd: int | None) -> Write:
    """Its condition: the cap is still what was read. Made twice (a lost reply) it changes nothing."""
    if not standing:
        if cap_microusd is not None:
            return new_budget(table, tenant, cap_microusd)
        check = {"TableName": table, "Key": budget_key(tenant)}
        return {"ConditionCheck": check | {"ConditionExpression": "attribute_not_exists(pk)"}}
    old, names = from_item(standing)["cap"], {"#cap": "cap"}
    change, values = "SET lifted = :true", {":true": True, ":old": old}
    if cap_microusd is not None:
        change, names["#left"] = "SET #cap = :new ADD #left :more REMOVE lifted", "left"
        values = {":new": cap_microusd, ":old": old, ":more": cap_microusd - old}
    update = {
        "TableName": table,
        "Key": budget_key(tenant),
        "UpdateExpression": change,
        "ConditionExpression": "#cap = :old",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_item(values),
    }
    return {"Update": update}
