"""A job's pictures as bytes and by signed links, through the handler."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from darkroom.http.payload import LAMBDA_ANSWER_BYTES, MAX_BINARY_BYTES
from darkroom.jobs.job import Job
from functional import jobs
from functional.aws import Stack, client
from query.app import lambda_handler

PICTURE = bytes(range(256)) * 8


def put(stack: Stack, job: Job, body: bytes) -> None:
    client("s3").put_object(Bucket=stack.images_bucket, Key=job.outputs[0].key, Body=body)


@pytest.fixture
def ask(event: Any, context: Any) -> Any:
    """The handler's reply to `query-get-file` or `query-sign-file`, for this job and file."""

    def send(route: str, job_id: str, file: str = "0.jpg", query: dict[str, str] | None = None) -> Any:
        changed = event(route)
        changed["pathParameters"] = {"job": job_id, "file": file}
        changed["path"] = changed["path"].replace("job_01example0000000000000000", job_id)
        changed["requestContext"]["path"] = f"/live{changed['path']}"
        changed["queryStringParameters"] = query
        return lambda_handler(changed, context)

    return send


def test_a_picture_comes_as_its_bytes_though_json_is_asked_for(stack: Stack, ask: Any) -> None:
    job = jobs.completed()
    put(stack, job, PICTURE)
    reply = ask("query-get-file", job.id)
    headers = {name: values[0] for name, values in reply["multiValueHeaders"].items()}
    assert (reply["statusCode"], reply["isBase64Encoded"]) == (200, True)
    assert base64.b64decode(reply["body"]) == PICTURE
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["content-disposition"] == f'attachment; filename="{job.id}-0.jpg"'
    assert headers["etag"] == f'"{job.outputs[0].sha256}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-request-id"]


def test_a_request_that_accepts_nothing_in_particular_is_led_to_s3(
    stack: Stack, event: Any, context: Any
) -> None:
    """As Go's client sends it: API Gateway would hand on the base64 as it is."""
    job = jobs.completed()
    asked = event("query-get-file")
    asked["pathParameters"] = {"job": job.id, "file": "0.jpg"}
    del asked["headers"]["Accept"]
    reply = lambda_handler(asked, context)
    [location] = reply["multiValueHeaders"]["location"]
    assert reply["statusCode"] == 302
    assert job.outputs[0].key in location


def test_the_largest_picture_that_is_sent_fits_lambdas_answer(stack: Stack, ask: Any) -> None:
    job = jobs.completed(size_bytes=MAX_BINARY_BYTES)
    put(stack, job, b"\xff" * MAX_BINARY_BYTES)
    reply = ask("query-get-file", job.id)
    assert reply["statusCode"] == 200
    assert len(json.dumps(reply)) < LAMBDA_ANSWER_BYTES


def test_a_larger_one_is_refused_and_pointed_to_its_link(stack: Stack, ask: Any) -> None:
    job = jobs.completed(size_bytes=MAX_BINARY_BYTES + 1)
    reply = ask("query-get-file", job.id)
    error = json.loads(reply["body"])["error"]
    assert (reply["statusCode"], error["code"]) == (413, "file_too_large")
    assert f"GET /v1/files/jobs/{job.id}/0.jpg/signed" in error["message"]
    assert ask("query-sign-file", job.id)["statusCode"] == 200


def test_a_picture_that_is_kept_no_longer_is_gone(stack: Stack, ask: Any) -> None:
    reply = ask("query-get-file", jobs.completed().id)
    assert (reply["statusCode"], json.loads(reply["body"])["error"]["code"]) == (404, "output_gone")


@pytest.mark.parametrize("route", ["query-get-file", "query-sign-file"])
def test_only_the_files_of_ones_own_records_exist(stack: Stack, ask: Any, route: str) -> None:
    mine, theirs = jobs.completed(), jobs.completed("globex")
    put(stack, theirs, PICTURE)
    unknown = ask(route, "job_unknown")
    assert unknown["statusCode"] == 404
    for other in (
        ask(route, theirs.id),
        ask(route, jobs.processing().id),
        *(ask(route, mine.id, file) for file in ("1.jpg", "0.png", "0", "0.jpg.json", "%2e%2e", "..")),
    ):
        assert (other["statusCode"], other["body"]) == (404, unknown["body"])


@pytest.mark.parametrize(("query", "seconds"), [(None, 3600), ("60", 60), ("604800", 604800)])
def test_a_link_holds_as_long_as_was_asked_for(
    stack: Stack, ask: Any, event: Any, context: Any, query: str | None, seconds: int
) -> None:
    job, before = jobs.completed(), int(time.time())
    reply = ask("query-sign-file", job.id, query=query and {"expires_in": query})
    signed = json.loads(reply["body"])
    assert signed.keys() == {"url", "expires_at"}
    assert before + seconds <= signed["expires_at"] <= time.time() + seconds
    url = urlsplit(signed["url"])
    assert url.path == f"/live/{job.outputs[0].key}"
    opened = event("query-get-output")
    opened["path"] = f"/{job.outputs[0].key}"
    opened["pathParameters"] = {"tenant": "acme", "job": job.id, "file": "0.jpg"}
    opened["queryStringParameters"] = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert lambda_handler(opened, context)["statusCode"] == 302


@pytest.mark.parametrize("seconds", ["59", "604801", "0", "-60", "1h", "60.0", "", "٦٠٠", "1" * 5000])
def test_a_lifetime_out_of_range_is_refused(stack: Stack, ask: Any, seconds: str) -> None:
    reply = ask("query-sign-file", jobs.completed().id, query={"expires_in": seconds})
    error = json.loads(reply["body"])["error"]
    assert (reply["statusCode"], error["param"]) == (422, "expires_in")
    assert "between 60 and 604800" in error["message"]
