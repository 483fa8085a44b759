"""Joins on the JobsTable: an item for each open call, which DynamoDB deletes by itself.

    pk = {tenant}#join#{fingerprint}   sk = {started, ms}#{group}

It has none of the indexes' keys, and no request: the fingerprint is all that is kept of it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, from_item, to_attribute, to_item
from darkroom.aws.conditional_put import conditional_put, put
from darkroom.aws.errors import translated
from darkroom.aws.job_parts import seconds_from
from darkroom.jobs.joins import JOIN_SECONDS, LONGEST_SECONDS, LOST_ANSWER_SECONDS, OpenCall

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_SECONDS = 2 * JOIN_SECONDS
"""After the last POST: its client has given up by then."""
_PAGES = 4
"""Of 1 MB, which is some 3,500 calls."""
_ENOUGH = 500
_JOINABLE = (
    "posted_at >= :posted AND (attribute_not_exists(answered_at) OR answered_at >= :answered) "
    "AND attribute_not_exists(failed)"
)


class DynamoJoins:
    """A revision is random, so that a write whose reply was lost recognises itself."""

    def __init__(self, client: "DynamoDBClient", table: str, page_calls: int | None = None) -> None:
        """`page_calls`: for tests with small pages."""
        self._client = client
        self._table = table
        self._page: dict[str, Any] = {"Limit": page_calls} if page_calls else {}

    def add(self, call: OpenCall) -> OpenCall:
        added = replace(call, revision=_new_revision())
        put(self._client, conditional_put(self._table, call_item(added), "attribute_not_exists(pk)"))
        return added

    def save(self, call: OpenCall) -> OpenCall | None:
        saved = replace(call, revision=_new_revision())
        request = conditional_put(
            self._table,
            call_item(saved),
            "#revision = :read",
            ExpressionAttributeNames={"#revision": "revision"},
            ExpressionAttributeValues={":read": to_attribute(call.revision)},
        )
        return saved if put(self._client, request) is None else None

    def joinable(self, tenant: str, fingerprint: str, now: float) -> Sequence[OpenCall]:
        """The filter is `is_joinable`, said to DynamoDB."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND sk >= :since",
            "FilterExpression": _JOINABLE,
            "ExpressionAttributeValues": {
                ":pk": to_attribute(_partition_key(tenant, fingerprint)),
                ":since": to_attribute(_sort_key(now - LONGEST_SECONDS)),
                ":posted": to_attribute(now - JOIN_SECONDS),
                ":answered": to_attribute(now - LOST_ANSWER_SECONDS),
            },
            "ConsistentRead": True,
            "ScanIndexForward": False,
            **self._page,
        }
        return [_call(tenant, fingerprint, item) for item in self._items(query)]

    def _items(self, query: dict[str, Any]) -> list[Item]:
        items: list[Item] = []
        for _ in range(_PAGES):
            with translated():
                reply = self._client.query(**query)
            items += reply["Items"]
            if "LastEvaluatedKey" not in reply or len(items) >= _ENOUGH:
                break
            query["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        return items


def _partition_key(tenant: str, fingerprint: str) -> str:
    return f"{tenant}#join#{fingerprint}"


def _sort_key(started_at: float, group: str = "") -> str:
    return f"{int(started_at * 1000):013d}#{group}"


def call_item(call: OpenCall) -> Item:
    return to_item(
        {
            "pk": _partition_key(call.tenant, call.fingerprint),
            "sk": _sort_key(call.started_at, call.group),
            "group": call.group,
            "started_at": call.started_at,
            "posted_at": call.posted_at,
            "leased_until": call.leased_until,
            "answered_at": call.answered_at,
            "refused_at": call.refused_at,
            "retries": call.retries,
            "failed": call.failed or None,
            "revision": call.revision,
            "expires_at": int(call.posted_at + _KEPT_SECONDS),
        }
    )


def _call(tenant: str, fingerprint: str, item: Item) -> OpenCall:
    values: dict[str, Any] = from_item(item)
    return OpenCall(
        tenant=tenant,
        fingerprint=fingerprint,
        group=values["group"],
        started_at=float(values["started_at"]),
        posted_at=float(values["posted_at"]),
        leased_until=float(values["leased_until"]),
        answered_at=seconds_from(values.get("answered_at")),
        refused_at=seconds_from(values.get("refused_at")),
        retries=int(values.get("retries", 0)),
        failed=values.get("failed", False),
        revision=values["revision"],
    )


def _new_revision() -> str:
    return secrets.token_urlsafe(9)
