"""JobsTable on DynamoDB: the conditions that make a move on a job count once, and only one writer's."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.conditional_put import Put, put
from darkroom.aws.errors import translated
from darkroom.aws.job_additions import JobAdditions, Standing
from darkroom.aws.job_bookings import JobBookings
from darkroom.aws.job_items import (
    DUE,
    REQUEST,
    STATE,
    is_job_id,
    job_key,
    partition_key,
    result_item,
    result_key,
    stored_job,
    stored_request,
    stored_terms,
)
from darkroom.aws.job_writes import changed_state, new_request, new_state
from darkroom.aws.jobs_listing import list_jobs
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.money import booking_of, payers_of
from darkroom.ports import IdTakenError, JobChangedError, JobKey, JobsFilter, JobsPage, OtherTermsError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoJobsTable:
    """A revision is random, so that a write whose reply was lost recognises itself. All methods raise
    ThrottledError."""

    def __init__(
        self, client: "DynamoDBClient", table: str, retention_days: int, accounts_table: str
    ) -> None:
        """`accounts_table` holds the budgets."""
        self._client = client
        self._table = table
        self._retention_days = retention_days
        self._bookings = JobBookings(client, accounts_table)
        self._additions = JobAdditions(self._bookings, self._standing, self._new_request, self._new_state)

    def add(self, job: Job) -> Job | None:
        return self.add_all([job])[0]

    def add_all(self, jobs: Sequence[Job]) -> list[Job | None]:
        """A transaction costs twice as much as its puts: one job without a payer does without.

        The stored jobs have revisions of their own: get() them before a save().
        """
        for job in jobs:
            self._put_result(job)  # a new job has none
        if len(jobs) == 1 and not payers_of(jobs[0]):
            return [self._add(jobs[0])]
        return self._additions.add(jobs)

    def get(self, tenant: str, job_id: str) -> Job | None:
        standing = self._read(tenant, job_id) if is_job_id(job_id) else None
        return None if standing is None else standing.job

    def save(self, job: Job) -> Job:
        saved = replace(job, revision=_new_revision(), booked=booking_of(job))
        if job.delivery.made == 0:  # with the webhook's first attempt it stands already
            self._put_result(saved)
        state = changed_state(self._table, saved, job.revision, self._retention_days)
        same = saved.booked == job.booked
        standing = put(self._client, state) if same else self._bookings.settle(job, state)
        if standing is None:
            return saved
        raise JobChangedError(self._standing_state(job, standing) if standing else None)

    def list(self, tenant: str, wanted: JobsFilter, limit: int, cursor: str | None) -> JobsPage:
        """Reads a bounded number of jobs: a page may be short, or empty, and still have a cursor."""
        return list_jobs(self._client, self._table, tenant, wanted, limit, cursor)

    def overdue(self, now: float, page_size: int) -> Iterator[JobKey]:
        start: dict[str, Any] = {}
        while True:
            with translated():
                reply = self._client.query(
                    TableName=self._table,
                    IndexName="by_due",
                    KeyConditionExpression="#due = :due AND due_at <= :now",
                    ExpressionAttributeNames={"#due": "due"},
                    ExpressionAttributeValues={":due": to_attribute(DUE), ":now": to_attribute(now)},
                    Limit=page_size,
                    **start,
                )
            yield from map(job_key, reply["Items"])
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def _add(self, job: Job) -> Job | None:
        """The request first, then the state: only with its state the job is accepted.

        A crash in between leaves a request alone. The same request takes it up; another one must not
        replace it, for its writer may be just about to write the state.
        """
        standing = put(self._client, self._new_request(job))
        if standing is None:
            return self._add_state(job)
        request = stored_request(standing)
        if request.fingerprint != job.request.fingerprint:
            raise IdTakenError(self.get(job.tenant, job.id) or replace(job, request=request))
        if stored_terms(standing) != job.terms:
            return self._standing_job(job, stored_terms(standing))
        return self._add_state(job)

    def _standing_job(self, job: Job, terms: Terms) -> Job:
        standing = self.get(job.tenant, job.id)
        if standing is None:
            raise OtherTermsError(job.id, terms)
        return standing

    def _add_state(self, job: Job) -> Job | None:
        added = replace(job, revision=_new_revision())
        standing = put(self._client, self._new_state(added))
        if standing is None:
            return None
        return self._standing_state(job, standing)

    def _put_result(self, job: Job) -> None:
        """Where the state has no room for it."""
        result = result_item(job, self._retention_days)
        if result is not None:
            with translated():
                self._client.put_item(TableName=self._table, Item=result)

    def _standing_state(self, job: Job, state: Item) -> Job | None:
        """The job as the state says, or as it stands by now."""
        if result_key(state) is not None:
            return self.get(job.tenant, job.id)
        return stored_job(job.request, job.terms, state)

    def _standing(self, job: Job) -> Standing | None:
        return self._read(job.tenant, job.id)

    def _read(self, tenant: str, job_id: str) -> Standing | None:
        with translated():
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": to_attribute(partition_key(tenant, job_id))},
                ConsistentRead=True,
            )
        items = {item["sk"]["S"]: item for item in reply["Items"]}
        if REQUEST not in items:
            return None
        request, terms = stored_request(items[REQUEST]), stored_terms(items[REQUEST])
        state = items.get(STATE)
        key = result_key(state) if state is not None else None
        result = state if key is None else items.get(key["sk"]["S"])
        if state is None or result is None:  # never wholly accepted, or about to expire
            return Standing(request, terms, None)
        return Standing(request, terms, stored_job(request, terms, state, result))

    def _new_request(self, job: Job) -> Put:
        return new_request(self._table, job, self._retention_days)

    def _new_state(self, job: Job) -> Put:
        return new_state(self._table, job, self._retention_days)


def _new_revision() -> str:
    return secrets.token_urlsafe(9)
