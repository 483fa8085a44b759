"""The conditions on which a job's items are written."""

from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.conditional_put import Put, conditional_put
from darkroom.aws.job_items import request_item, state_item
from darkroom.jobs.job import Job


def new_request(table: str, job: Job, retention_days: int) -> Put:
    return _if_new(table, request_item(job, retention_days), job.created_at)


def new_state(table: str, job: Job, retention_days: int) -> Put:
    return _if_new(table, state_item(job, retention_days), job.created_at)


def changed_state(table: str, job: Job, read_revision: str, retention_days: int) -> Put:
    return conditional_put(
        table,
        state_item(job, retention_days),
        "#revision = :read",
        ExpressionAttributeNames={"#revision": "revision"},
        ExpressionAttributeValues={":read": to_attribute(read_revision)},
    )


def _if_new(table: str, item: Item, now: float) -> Put:
    # DynamoDB deletes what has expired up to two days late, and the two items at different times.
    return conditional_put(
        table,
        item,
        "attribute_not_exists(pk) OR expires_at < :now",
        ExpressionAttributeValues={":now": to_attribute(now)},
    )
