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
from darkroom.jobs.joins import JOIN_SECONDS, OpenCall

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_SECONDS = 2 * JOIN_SECONDS


class DynamoJoins:
    """A revision is random, so that a write whose reply was lost recognises itself."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def add(self, call: OpenCall) -> OpenCall:
        added = replace(call, revision=_new_revision())
        put(self._client, conditional_put(self._table, _item(added), "attribute_not_exists(pk)"))
        return added

    def save(self, call: OpenCall) -> OpenCall | None:
        saved = replace(call, revision=_new_revision())
        request = conditional_put(
            self._table,
            _item(saved),
            "#revision = :read",
            ExpressionAttributeNames={"#revision": "revision"},
            ExpressionAttributeValues={":read": to_attribute(call.revision)},
        )
        return saved if put(self._client, request) is None else None

    def started_since(self, tenant: str, fingerprint: str, since: float) -> Sequence[OpenCall]:
        """One page, of thousands of calls."""
        with translated():
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk >= :since",
                ExpressionAttributeValues={
                    ":pk": to_attribute(_partition_key(tenant, fingerprint)),
                    ":since": to_attribute(_sort_key(since)),
                },
                ConsistentRead=True,
            )
        return [_call(tenant, fingerprint, item) for item in reply["Items"]]


def _partition_key(tenant: str, fingerprint: str) -> str:
    return f"{tenant}#join#{fingerprint}"


def _sort_key(started_at: float, group: str = "") -> str:
    return f"{int(started_at * 1000):013d}#{group}"


def _item(call: OpenCall) -> Item:
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
            "revision": call.revision,
            "expires_at": int(call.started_at + _KEPT_SECONDS),
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
        revision=values["revision"],
    )


def _new_revision() -> str:
    return secrets.token_urlsafe(9)
