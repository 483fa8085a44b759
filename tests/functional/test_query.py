"""GET routes, through the handler, with the events of `events/`."""

import json
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from darkroom import adapters
from darkroom.links import output_link
from functional import jobs
from functional.aws import SIGNING_KEY
from query.app import lambda_handler

pytestmark = pytest.mark.usefixtures("stack")


def get(
    event: dict[str, Any],
    context: Any,
    job_id: str = "",
    query: dict[str, str] | None = None,
    tenant: str = "acme",
) -> tuple[int, dict[str, Any]]:
    if job_id:
        event["path"] = event["path"].replace(event["pathParameters"]["id"], job_id)
        event["pathParameters"]["id"] = job_id
    event["queryStringParameters"] = query
    event["requestContext"]["authorizer"]["tenant"] = tenant
    reply = lambda_handler(event, context)
    return reply["statusCode"], json.loads(reply["body"])


def test_a_completed_job_shows_its_picture_with_a_fresh_address(event: Any, context: Any) -> None:
    job = jobs.completed(metadata={"order": "7"}, tag="spring")
    status, record = get(event("query-get-job"), context, job.id)
    [output] = record["outputs"]
    assert status == 200
    assert record["status"] == "completed"
    assert record["result_url"] == output["url"]
    assert "X-Amz-Signature" in output["url"]
    assert output["s3_uri"].endswith(f"/outputs/acme/{job.id}/0.jpg")
    assert (output["content_type"], output["width"], output["bytes"]) == ("image/jpeg", 1328, 4)
    assert output["url_expires_at"] > time.time() + 3000
    assert record["billing"] == {"price_usd": 0.027, "billed": True, "own_upstream_key": False}
    assert record["error"] is None
    assert record["timings_ms"]["inference"] == 6_000
    assert record["seed"] == 42
    assert (record["metadata"], record["tag"]) == ({"order": "7"}, "spring")
    assert isinstance(record["created_at"], int)


def test_a_wait_ends_as_soon_as_the_job_does(event: Any, context: Any) -> None:
    job = jobs.processing()

    def finish() -> None:
        time.sleep(0.4)
        adapters.jobs_table().save(job.completed((), None, time.time()))

    thread = threading.Thread(target=finish)
    thread.start()
    started = time.monotonic()
    _, record = get(event("query-get-job"), context, job.id, {"wait": "8"})
    thread.join()
    assert record["status"] == "completed"
    assert time.monotonic() - started < 3


def test_a_wait_that_is_too_short_answers_with_the_state_reached(event: Any, context: Any) -> None:
    _, record = get(event("query-get-job"), context, jobs.processing().id, {"wait": "0.3"})
    assert record["status"] == "processing"


@pytest.mark.parametrize("wait", ["9", "-1", "soon", "nan", "inf"])
def test_a_wait_out_of_range_is_refused(event: Any, context: Any, wait: str) -> None:
    status, body = get(event("query-get-job"), context, jobs.queued().id, {"wait": wait})
    assert status == 422
    assert body["error"]["param"] == "wait"
    assert "between 0 and 8" in body["error"]["message"]


def test_a_list_shows_the_newest_first_and_pages_by_its_cursor(event: Any, context: Any) -> None:
    made = []
    for _ in range(5):
        made.append(jobs.queued().id)
        time.sleep(0.002)
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        status, page = get(event("query-list-jobs"), context, query=query)
        assert status == 200
        seen += [record["id"] for record in page["data"]]
        cursor = page["cursor"]
        assert page["has_more"] is (cursor is not None)
        if cursor is None:
            break
    assert seen == made[::-1]


def test_a_list_is_filtered_by_status_model_tag_and_time(event: Any, context: Any) -> None:
    done = jobs.completed(tag="spring").id
    waiting = jobs.queued(model="bytedance/seedream-v3.1").id

    def listed(**query: str) -> list[str]:
        return [record["id"] for record in get(event("query-list-jobs"), context, query=query)[1]["data"]]

    assert listed(status="completed") == [done]
    assert listed(model="seedream-v3.1") == [waiting]
    assert listed(tag="spring") == [done]
    assert listed(created_after=str(int(time.time()) + 60)) == []
    assert set(listed(created_after=str(int(time.time()) - 60))) == {done, waiting}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"status": "done"}, "status"),
        ({"model": "dall-e-3"}, "model"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"cursor": "made-up"}, "cursor"),
    ],
)
def test_an_invalid_filter_is_named(event: Any, context: Any, query: dict[str, str], field: str) -> None:
    status, body = get(event("query-list-jobs"), context, query=query)
    assert (status, body["error"]["param"]) == (422, field)


def test_another_tenants_cursor_is_refused(event: Any, context: Any) -> None:
    for _ in range(2):
        jobs.queued("globex")
    _, page = get(event("query-list-jobs"), context, query={"limit": "1"}, tenant="globex")
    status, _ = get(event("query-list-jobs"), context, query={"cursor": page["cursor"]})
    assert status == 422


@pytest.mark.parametrize("route", ["query-get-job", "query-get-webhook"])
def test_another_tenants_job_is_as_unknown_as_no_job(event: Any, context: Any, route: str) -> None:
    theirs = get(event(route), context, jobs.completed("globex").id)
    assert theirs == get(event(route), context, "job_unknown")
    assert theirs[0] == 404


def test_a_list_shows_nothing_of_another_tenant(event: Any, context: Any) -> None:
    jobs.completed("globex")
    assert get(event("query-list-jobs"), context)[1]["data"] == []


def test_the_webhook_route_shows_the_delivery(event: Any, context: Any) -> None:
    status, body = get(event("query-get-webhook"), context, jobs.completed().id)
    assert status == 200
    assert (body["status"], body["attempts"]) == ("pending", [])
    assert body["url"] == "https://hooks.example.com/darkroom"


def link(event: Any, tenant: str, job_id: str, query: dict[str, str]) -> dict[str, Any]:
    changed: dict[str, Any] = event("query-get-output")
    changed["path"] = f"/outputs/{tenant}/{job_id}/0.jpg"
    changed["pathParameters"] = {"tenant": tenant, "job": job_id, "file": "0.jpg"}
    changed["queryStringParameters"] = query
    return changed


def test_a_signed_link_leads_to_the_picture_without_a_key(event: Any, context: Any) -> None:
    key = f"outputs/acme/{jobs.completed().id}/0.jpg"
    url = urlsplit(output_link("https://api.test", SIGNING_KEY.encode(), key, int(time.time()) + 60))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    _, _, tenant, job_id, _ = url.path.split("/")
    reply = lambda_handler(link(event, tenant, job_id, query), context)
    assert reply["statusCode"] == 302
    assert key in reply["multiValueHeaders"]["location"][0]
    forged = lambda_handler(link(event, "globex", job_id, query), context)
    assert forged["statusCode"] == 403


def test_an_expired_link_is_refused(event: Any, context: Any) -> None:
    key = "outputs/acme/job_x/0.jpg"
    url = urlsplit(output_link("https://api.test", SIGNING_KEY.encode(), key, int(time.time()) - 1))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    reply = lambda_handler(link(event, "acme", "job_x", query), context)
    assert reply["statusCode"] == 403
    assert "expired" in json.loads(reply["body"])["error"]["message"]


def test_the_address_of_the_answers_is_the_public_one_where_it_is_set(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://images.example.com")
    _, record = get(event("query-get-job"), context, jobs.queued().id)
    assert record["urls"]["get"].startswith("https://images.example.com/v1/jobs/")


def test_an_unforeseen_error_says_nothing_of_itself(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(adapters, "jobs_table", broken)
    reply = lambda_handler(event("query-get-job"), context)
    assert reply["statusCode"] == 500
    assert "secret detail" not in reply["body"]
    assert json.loads(reply["body"])["error"]["type"] == "server_error"


def test_every_answer_carries_the_requests_id(event: Any, context: Any) -> None:
    for name in ("query-list-jobs", "query-get-job", "query-get-output"):
        given = event(name)
        reply = lambda_handler(given, context)
        assert reply["multiValueHeaders"]["x-request-id"] == [given["requestContext"]["requestId"]]


@pytest.mark.parametrize("route", ["query-list-jobs", "query-get-job"])
def test_an_unknown_parameter_is_named_with_the_known_ones(event: Any, context: Any, route: str) -> None:
    status, body = get(
        event(route), context, jobs.queued().id if "get" in route else "", {"created_before": "3"}
    )
    assert (status, body["error"]["param"]) == (422, "created_before")
    assert "the parameters are: " in body["error"]["message"]


def test_a_path_with_a_line_break_is_no_route(event: Any, context: Any) -> None:
    assert get(event("query-get-job"), context, jobs.queued().id + "\n")[0] == 404


@pytest.mark.parametrize("limit", ["0001000", "000100" + "0" * 4400, "1_0", "+5"])
def test_a_limit_is_a_short_number(event: Any, context: Any, limit: str) -> None:
    assert get(event("query-list-jobs"), context, query={"limit": limit})[0] == 422


def test_a_cursor_older_than_the_filter_is_an_empty_last_page(event: Any, context: Any) -> None:
    for _ in range(3):
        jobs.queued()
    _, page = get(event("query-list-jobs"), context, query={"limit": "1"})
    later = {"cursor": page["cursor"], "created_after": str(int(time.time()) + 60)}
    status, empty = get(event("query-list-jobs"), context, query=later)
    assert (status, empty["data"], empty["cursor"]) == (200, [], None)


def test_a_domain_with_a_base_path_leads_to_the_same_routes(event: Any, context: Any) -> None:
    job = jobs.queued()
    mapped = event("query-get-job-mapped-domain")
    mapped["path"] = mapped["path"].replace(mapped["pathParameters"]["id"], job.id)
    mapped["requestContext"]["path"] = mapped["path"]
    mapped["pathParameters"]["id"] = job.id
    reply = lambda_handler(mapped, context)
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["urls"]["get"] == f"https://images.example.com/darkroom/v1/jobs/{job.id}"
