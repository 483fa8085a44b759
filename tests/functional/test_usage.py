"""`GET /v1/usage` through the handler: exact sums, the ranges it takes, whose they are."""

import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from darkroom import adapters
from darkroom.jobs.catalogue import SEEDREAM_V31
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, Terms
from darkroom.jobs.sub_account import SubAccountTerms
from functional.jobs import completed, processing, queued
from query.app import lambda_handler

FAILURE = JobFailure(ErrorCode.UPSTREAM_FAILED, "It failed.")

pytestmark = pytest.mark.usefixtures("stack")


def get(event: Any, context: Any, tenant: str = "acme", **query: str) -> tuple[int, Any]:
    request = event("query-get-usage")
    request["requestContext"]["authorizer"] |= {"tenant": tenant}
    request["queryStringParameters"] = query or None
    reply = lambda_handler(request, context)
    return reply["statusCode"], json.loads(reply["body"])


def failed(billed: Billed, **changes: Any) -> Job:
    return adapters.jobs_table().save(processing(**changes).failed(FAILURE, billed, time.time()))


def on(day: date, number: int, tenant: str = "acme") -> None:
    """A completed job of that day, at its very beginning or end."""
    job = completed(tenant)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    at = start if number % 2 else start + 86_399.999
    moved = replace(job, id=f"job_{day:%m%d}{number:022d}", created_at=at, updated_at=at)
    adapters.jobs_table().add(moved)


def today() -> date:
    return datetime.now(UTC).date()


def test_every_job_is_counted_for_what_it_came_to(event: Any, context: Any) -> None:
    adapters.budgets().set_cap("acme", 500_000)
    completed(tag="spring")
    completed(tag="spring")
    failed(Billed.NO)
    failed(Billed.YES)
    failed(Billed.UNKNOWN)
    queued()
    adapters.jobs_table().save(processing(model=SEEDREAM_V31.id).cancelled(time.time()))
    completed("globex")
    status, usage = get(event, context)
    assert status == 200
    assert usage["totals"] == {
        "jobs": 7,
        "images": 2,
        "failed": 3,
        "cancelled": 1,
        "under_way": 1,
        "own_key_jobs": 0,
        "spent_usd": 0.081,
        "unknown_billed": 2,
        "possible_usd": 0.027,
        "unknown_prices": 1,
    }
    assert usage["budget"] == {"cap_usd": 0.5, "spent_usd": 0.0, "reserved_usd": 0.0, "left_usd": 0.5}


def test_a_job_on_the_tenants_own_key_is_counted_and_costs_nothing(event: Any, context: Any) -> None:
    job = completed()
    own = replace(job, id="job_" + "0" * 26, terms=Terms(27_000, own_upstream_key=True))
    adapters.jobs_table().add(own)
    totals = get(event, context)[1]["totals"]
    assert (totals["images"], totals["own_key_jobs"], totals["spent_usd"]) == (2, 1, 0.027)


def test_groups_are_by_what_was_asked_for(event: Any, context: Any) -> None:
    completed(tag="spring")
    completed(model=SEEDREAM_V31.id)
    _, usage = get(event, context, group_by="tag,model")
    assert usage["group_by"] == ["tag", "model"]
    groups = [(group["tag"], group["model"], group["images"]) for group in usage["data"]]
    assert groups == [
        (None, SEEDREAM_V31.id, 1),
        ("spring", "bytedance/dreamina-v3.1/text-to-image", 1),
    ]
    assert "day" not in usage["data"][0]


def test_a_day_has_its_first_and_its_last_moment_and_no_other(event: Any, context: Any) -> None:
    yesterday = today() - timedelta(days=1)
    for day in (yesterday - timedelta(days=1), yesterday):
        on(day, 1)
        on(day, 2)
    name = yesterday.isoformat()
    _, usage = get(event, context, **{"from": name, "to": name})
    assert [(group["day"], group["images"]) for group in usage["data"]] == [(name, 2)]
    both = {"from": (yesterday - timedelta(days=1)).isoformat(), "to": name}
    assert [group["images"] for group in get(event, context, **both)[1]["data"]] == [2, 2]


def test_without_a_range_it_is_the_last_thirty_days(event: Any, context: Any) -> None:
    on(today() - timedelta(days=29), 1)
    _, usage = get(event, context)
    assert (usage["from"], usage["to"]) == ((today() - timedelta(days=29)).isoformat(), today().isoformat())
    assert [group["day"] for group in usage["data"]] == [usage["from"], usage["to"]]
    assert usage["budget"] is None


def test_more_than_a_page_of_jobs_is_added_up(event: Any, context: Any) -> None:
    job = completed()
    for number in range(250):
        adapters.jobs_table().add(replace(job, id=f"job_{number:026d}"))
    assert get(event, context)[1]["totals"]["images"] == 251


def test_more_than_can_be_read_in_time_is_refused_and_not_added_up_wrongly(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed()
    monkeypatch.setattr("query.usage.READ_SECONDS", 0.0)
    status, body = get(event, context)
    assert (status, body["error"]["code"]) == (422, "range_too_large")
    assert "fewer days" in body["error"]["message"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"to": "0001-01-01"}, "to"),
        ({"from": "2020-01-01"}, "from"),
        ({"from": "9999-12-31"}, "to"),
        ({"to": "9999-12-31", "from": "9998-01-01"}, "from"),
        ({"group_by": "colour"}, "group_by"),
        ({"group_by": "day,day"}, "group_by"),
        ({"since": "2026-01-01"}, "since"),
    ],
)
def test_a_query_that_can_t_be_answered_is_said(
    event: Any, context: Any, query: dict[str, str], field: str
) -> None:
    status, body = get(event, context, **query)
    assert (status, body["error"]["param"]) == (422, field)


def test_an_owner_sees_its_sub_accounts_usage_and_nobody_elses(event: Any, context: Any) -> None:
    for owner, tenant in (("acme", "sub-ours"), ("globex", "sub-theirs")):
        adapters.accounts_table().create_tenant(owner, time.time())
        adapters.sub_accounts().add(owner, tenant, SubAccountTerms("shop", 100_000), time.time())
        completed(tenant)
    status, usage = get(event, context, sub_account="sub-ours")
    assert (status, usage["totals"]["images"], usage["budget"]["cap_usd"]) == (200, 1, 0.1)
    theirs = get(event, context, sub_account="sub-theirs")
    assert theirs[0] == 404
    assert theirs == get(event, context, sub_account="sub-unknown")
    assert theirs == get(event, context, sub_account="ACME#?")
