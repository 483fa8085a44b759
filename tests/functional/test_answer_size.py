"""No answer passes what Lambda lets through: the caller would get a 502."""

import json
from dataclasses import replace
from typing import Any

import pytest

from darkroom import adapters
from darkroom.http.payload import LAMBDA_ANSWER_BYTES
from darkroom.jobs.usage import Usage
from darkroom.usecases.usage import UsageReader
from functional.jobs import completed
from query.app import lambda_handler

pytestmark = pytest.mark.usefixtures("stack")

LARGEST_METADATA = {f"{number:02d}".ljust(64, "k"): "\u0001" * 512 for number in range(16)}
"""Each character has seven bytes in the answer."""


def bytes_of(reply: dict[str, Any]) -> int:
    return len(json.dumps(reply, ensure_ascii=False).encode())


def test_a_page_of_the_largest_records_ends_early_and_goes_on_by_its_cursor(event: Any, context: Any) -> None:
    job = completed(metadata=LARGEST_METADATA, prompt='"' * 2_000)
    ids = {f"job_{number:026d}" for number in range(110)}
    for job_id in ids:
        adapters.jobs_table().add(replace(job, id=job_id))
    found: list[str] = []
    query = {"limit": "100"}
    while query:
        asked = event("query-list-jobs")
        asked["queryStringParameters"] = query
        reply = lambda_handler(asked, context)
        assert reply["statusCode"] == 200
        assert bytes_of(reply) < LAMBDA_ANSWER_BYTES
        page = json.loads(reply["body"])
        found += [record["id"] for record in page["data"]]
        query = {"limit": "100", "cursor": page["cursor"]} if page["has_more"] else {}
    assert sorted(found) == sorted(ids | {job.id})


@pytest.mark.parametrize(("groups", "status"), [(10_000, 200), (40_000, 422)])
def test_usage_in_more_groups_than_an_answer_holds_is_refused(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch, groups: int, status: int
) -> None:
    found = {("2026-11-20", f"{number:08d}"): Usage(jobs=1, images=1) for number in range(groups)}
    monkeypatch.setattr(UsageReader, "usage", lambda *_: found)
    asked = event("query-get-usage")
    asked["queryStringParameters"] = {"group_by": "day,tag"}
    reply = lambda_handler(asked, context)
    assert reply["statusCode"] == status
    assert bytes_of(reply) < LAMBDA_ANSWER_BYTES
    if status == 422:
        assert json.loads(reply["body"])["error"]["code"] == "range_too_large"
