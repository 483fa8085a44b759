"""The conditional writes of a job's items: parameters for `put_item`, and for a transaction's `Put` alike."""

from typing import Any

from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.job_items import request_item, state_item
from darkroom.jobs.job import Job

Write = dict[str, Any]


def new_request(table: str, job: Job, retention_days: int) -> Write:
    return _if_new(table, request_item(job, retention_days), job.created_at)


def new_state(table: str, job: Job, retention_days: int) -> Write:
    return _if_new(table, state_item(job, retention_days), job.created_at)


def changed_state(table: str, job: Job, read_revision: str, retention_days: int) -> Write:
    return _put(
        table,
        state_item(job, retention_days),
        "#revision = :read",
        ExpressionAttributeNames={"#revision": "revision"},
        ExpressionAttributeValues={":read": to_attribute(read_revision)},
    )


def _if_new(table: str, item: Item, now: float) -> Write:
    # DynamoDB deletes what has expired up to two days late, and the two items at different times.
    return _put(
        table,
        item,
        "attribute_not_exists(pk) OR expires_at < :now",
        ExpressionAttributeValues={":now": to_attribute(now)},
    )


def _put(table: str, item: Item, condition: str, **expression: Any) -> Write:
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **expression,
    }
