"""A tenant's jobs, newest first, from the index by_tenant: index pages, filters and cursors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, to_attribute, to_item
from darkroom.aws.batch_read import read_items
from darkroom.aws.errors import translated
from darkroom.aws.job_items import (
    REQUEST,
    STATE,
    created_key,
    item_key,
    job_key,
    result_key,
    stored_job,
    stored_request,
    stored_terms,
)
from darkroom.aws.jobs_cursor import read_cursor, write_cursor
from darkroom.jobs.job import Job
from darkroom.ports import JobKey, JobsFilter, JobsPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX_PAGES = 5
_INDEX_PAGE = 100
_LATEST_MS = 9_999_999_999_999


def list_jobs(
    client: "DynamoDBClient", table: str, tenant: str, wanted: JobsFilter, limit: int, cursor: str | None
) -> JobsPage:
    """Looks through 500 jobs at most. Raises ValueError for a cursor that this tenant was not given."""
    before = read_cursor(tenant, cursor) if cursor is not None else None
    found: list[Job] = []
    for _ in range(_INDEX_PAGES):
        size = _INDEX_PAGE if _is_sieve(wanted) else min(limit + 1 - len(found), _INDEX_PAGE)
        keys, before = _index_page(client, table, tenant, wanted, before, size)
        found += [job for job in _read_jobs(client, table, keys) if wanted.matches(job)]
        if len(found) > limit:
            last = found[limit - 1]
            return JobsPage(tuple(found[:limit]), write_cursor(tenant, created_key(last.created_at, last.id)))
        if before is None:
            return JobsPage(tuple(found), None)
    assert before is not None
    return JobsPage(tuple(found), write_cursor(tenant, before))


def _index_page(
    client: "DynamoDBClient", table: str, tenant: str, wanted: JobsFilter, before: str | None, size: int
) -> tuple[list[JobKey], str | None]:
    """The keys created before `before`, and what to go on before; None at the end."""
    first, last = _first_created(wanted), _last_created(wanted)
    # DynamoDB refuses a range that is upside down, and to start outside of the query's own
    if first > min(before or last, last):
        return [], None
    start: dict[str, Any] = (
        {"ExclusiveStartKey": _index_key(tenant, before)} if before and before < last else {}
    )
    with translated():
        reply = client.query(
            TableName=table,
            IndexName="by_tenant",
            KeyConditionExpression="#tenant = :tenant AND #created BETWEEN :first AND :last",
            ExpressionAttributeNames={"#tenant": "tenant", "#created": "created"},
            ExpressionAttributeValues={
                ":tenant": to_attribute(tenant),
                ":first": to_attribute(first),
                ":last": to_attribute(last),
            },
            ScanIndexForward=False,
            Limit=size,
            **start,
        )
    read = reply.get("LastEvaluatedKey")
    return [job_key(item) for item in reply["Items"]], read["created"]["S"] if read else None


def _index_key(tenant: str, created: str) -> Item:
    job_id = created.partition("#")[2]
    return {**item_key(JobKey(tenant, job_id), REQUEST), **to_item({"tenant": tenant, "created": created})}


def _first_created(wanted: JobsFilter) -> str:
    """The smallest index key of a job created after the wanted time, to the millisecond."""
    if wanted.created_after is None:
        return created_key(0)
    after_ms = min(max(int(wanted.created_after * 1000), -1), _LATEST_MS - 1)
    return f"{after_ms + 1:013d}#"


def _last_created(wanted: JobsFilter) -> str:
    """What stands before every index key of a job created at the wanted time or later."""
    before_ms = _LATEST_MS if wanted.created_before is None else int(wanted.created_before * 1000)
    return f"{min(max(before_ms, 0), _LATEST_MS):013d}#"


def _read_jobs(client: "DynamoDBClient", table: str, keys: Sequence[JobKey]) -> list[Job]:
    """In the keys' order, without those that have expired meanwhile, or were never wholly accepted."""
    wanted = [(item_key(key, REQUEST), item_key(key, STATE)) for key in keys]
    items = _by_key(read_items(client, table, [key for pair in wanted for key in pair]))
    pairs = [(items.get(_identity(request)), items.get(_identity(state))) for request, state in wanted]
    whole = [(request, state) for request, state in pairs if request is not None and state is not None]
    apart = [key for _, state in whole if (key := result_key(state)) is not None]
    # Consistent: the state that names it may be newer than this read would else be
    results = _by_key(read_items(client, table, apart, consistent=True))
    ended = [(request, state, _result(state, results)) for request, state in whole]
    return [
        stored_job(stored_request(request), stored_terms(request), state, result)
        for request, state, result in ended
        if result is not None
    ]


def _result(state: Item, results: Mapping[tuple[Any, Any], Item]) -> Item | None:
    key = result_key(state)
    return state if key is None else results.get(_identity(key))


def _by_key(items: Sequence[Item]) -> dict[tuple[Any, Any], Item]:
    return {_identity(item): item for item in items}


def _identity(item: Item) -> tuple[Any, Any]:
    return item["pk"]["S"], item["sk"]["S"]


def _is_sieve(wanted: JobsFilter) -> bool:
    """Whether jobs of the index may have to be left out."""
    return bool(wanted.statuses or wanted.model or wanted.tag) or not wanted.with_deleted
