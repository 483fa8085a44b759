"""JobsTable on DynamoDB: the conditions that make a move on a job count once, and only one writer's."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from darkroom.aws.attributes import to_attribute
from darkroom.aws.conditional_put import put
from darkroom.aws.errors import translated
from darkroom.aws.job_items import (
    DUE,
    REQUEST,
    STATE,
    is_job_id,
    job_key,
    partition_key,
    stored_job,
    stored_request,
    stored_terms,
)
from darkroom.aws.job_writes import changed_state, new_request, new_state
from darkroom.aws.jobs_listing import list_jobs
from darkroom.jobs.job import Job
from darkroom.ports import JobChangedError, JobKey, JobsFilter, JobsPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoJobsTable:
    """A revision is random, so that a write whose reply was lost recognises itself. All methods raise
    ThrottledError."""

    def __init__(self, client: "DynamoDBClient", table: str, retention_days: int) -> None:
        self._client = client
        self._table = table
        self._retention_days = retention_days

    def add(self, job: Job) -> Job | None:
        """The request first, then the state: only with its state the job is accepted.

        A crash in between leaves a request alone. The same request takes it up; another one is answered
        with it and must not replace it, for its writer may be just about to write the state.
        The stored job has a revision of its own: get() it before a save().
        """
        standing = put(self._client, new_request(self._table, job, self._retention_days))
        if standing is None:
            return self._add_state(job)
        request = stored_request(standing)
        if request.fingerprint != job.request.fingerprint:
            return self.get(job.tenant, job.id) or replace(job, request=request)
        return self._add_state(replace(job, terms=stored_terms(standing)))

    def get(self, tenant: str, job_id: str) -> Job | None:
        if not is_job_id(job_id):
            return None
        with translated():
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": to_attribute(partition_key(tenant, job_id))},
                ConsistentRead=True,
            )
        items = {item["sk"]["S"]: item for item in reply["Items"]}
        if REQUEST not in items or STATE not in items:
            return None
        return stored_job(stored_request(items[REQUEST]), stored_terms(items[REQUEST]), items[STATE])

    def save(self, job: Job) -> Job:
        saved = replace(job, revision=_new_revision())
        standing = put(self._client, changed_state(self._table, saved, job.revision, self._retention_days))
        if standing is None:
            return saved
        raise JobChangedError(stored_job(job.request, job.terms, standing) if standing else None)

    def list(self, tenant: str, wanted: JobsFilter, limit: int, cursor: str | None) -> JobsPage:
        """Reads a bounded number of jobs: a page may be short, or empty, and still have a cursor."""
        return list_jobs(self._client, self._table, tenant, wanted, limit, cursor)

    def overdue(self, now: float, limit: int) -> Iterable[JobKey]:
        with translated():
            reply = self._client.query(
                TableName=self._table,
                IndexName="by_due",
                KeyConditionExpression="#due = :due AND due_at <= :now",
                ExpressionAttributeNames={"#due": "due"},
                ExpressionAttributeValues={":due": to_attribute(DUE), ":now": to_attribute(now)},
                Limit=limit,
            )
        return [job_key(item) for item in reply["Items"]]

    def _add_state(self, job: Job) -> Job | None:
        added = replace(job, revision=_new_revision())
        standing = put(self._client, new_state(self._table, added, self._retention_days))
        if standing is None:
            return None
        return stored_job(job.request, job.terms, standing)


def _new_revision() -> str:
    return secrets.token_urlsafe(9)
