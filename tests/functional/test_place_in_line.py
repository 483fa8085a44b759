"""The place of a waiting job in `GET /v1/jobs/{id}`: few reads, and none that could fail the answer."""

import json
import time
from typing import Any

import pytest

from darkroom import adapters, upstream_adapters
from darkroom.aws.backlog import DynamoBacklog
from darkroom.jobs.request import Priority
from functional import jobs
from functional.throttled import throttle
from query.app import lambda_handler

pytestmark = pytest.mark.usefixtures("stack")


def get(event: dict[str, Any], context: Any, job_id: str, query: dict[str, str] | None = None) -> Any:
    event["path"] = event["path"].replace(event["pathParameters"]["id"], job_id)
    event["pathParameters"]["id"] = job_id
    event["queryStringParameters"] = query
    reply = lambda_handler(event, context)
    assert reply["statusCode"] == 200
    return json.loads(reply["body"])


def test_a_job_that_waits_shows_its_place_in_the_line(event: Any, context: Any) -> None:
    permits = upstream_adapters.permits("default")
    now = time.time()
    for _ in range(100):
        permits.take(now)
    first, second = (jobs.waiting(priority=priority) for priority in (Priority.HIGH, Priority.LOW))
    records = [get(event("query-get-job"), context, job.id) for job in (first, second)]
    assert [record["queue"]["position"] for record in records] == [1, 2]
    assert all(record["queue"]["estimated_start_seconds"] >= 0 for record in records)
    assert [record["priority"] for record in records] == ["high", "low"]
    assert get(event("query-get-job"), context, jobs.queued().id)["queue"] is None


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The accounts whose line was read, each time."""
    accounts: list[str] = []
    waiting = DynamoBacklog.waiting

    def counted(backlog: DynamoBacklog, account: str, after: str, limit: int) -> Any:
        accounts.append(account)
        return waiting(backlog, account, after, limit)

    monkeypatch.setattr(DynamoBacklog, "waiting", counted)
    return accounts


def test_a_long_poll_reads_the_place_once_however_often_it_looks_at_the_job(
    event: Any, context: Any, reads: list[str]
) -> None:
    record = get(event("query-get-job"), context, jobs.waiting().id, {"wait": "1"})
    assert record["queue"]["position"] == 1
    assert reads == ["default"]


def test_a_list_does_not_ask_for_places(event: Any, context: Any, reads: list[str]) -> None:
    jobs.waiting()
    reply = lambda_handler(event("query-list-jobs") | {"queryStringParameters": None}, context)
    assert [record["queue"] for record in json.loads(reply["body"])["data"]] == [None]
    assert reads == []


@pytest.mark.parametrize("method", ["waiting", "gate"])
def test_a_job_is_shown_without_its_place_where_that_is_throttled(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    job = jobs.waiting()
    adapter = adapters.backlog() if method == "waiting" else upstream_adapters.permits("default")
    throttle(monkeypatch, adapter, method)
    record = get(event("query-get-job"), context, job.id)
    assert (record["status"], record["queue"]) == ("queued", None)
