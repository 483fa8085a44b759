"""`POST /v1/images/generations`: pictures answered, refused, missing, and not finished in time."""

import base64
import io

import httpx
import pytest
from PIL import Image

from darkroom import adapters
from functional.conftest import Front
from functional.images import REPEAT, all_jobs, error, generate
from functional.throttled import throttle


def test_a_picture_is_answered_with_its_address(client: httpx.Client, gateway: Front) -> None:
    with gateway.workers.busy():
        answer = generate(client)
    body = answer.json()
    [job] = all_jobs()
    assert answer.status_code == 200
    assert body.keys() == {"created", "data", "size", "output_format", "background"}
    assert (body["size"], body["output_format"], body["background"]) == ("512x512", "jpeg", "opaque")
    assert job.finished_at is not None
    assert body["created"] == int(job.finished_at)
    [picture] = body["data"]
    assert picture.keys() == {"url"}
    assert "X-Amz-Expires=3600" in picture["url"]
    assert answer.headers["x-job-ids"] == job.id
    assert answer.headers["x-cost-cents"] == "2.7"
    assert answer.headers["x-request-id"]
    assert "x-ignored-fields" not in answer.headers


@pytest.mark.parametrize(
    ("header", "code"),
    [("idempotency-key", "invalid_idempotency_key"), ("x-aig-tag", "invalid_tag")],
)
def test_a_header_that_can_t_be_read_is_400(client: httpx.Client, header: str, code: str) -> None:
    client.headers[header] = "x" * 256
    answer = generate(client)
    assert (answer.status_code, error(answer)["code"]) == (400, code)


def test_a_picture_is_answered_in_base64(client: httpx.Client, gateway: Front) -> None:
    with gateway.workers.busy():
        answer = generate(client, response_format="b64_json", n=2)
    pictures = [base64.b64decode(one["b64_json"], validate=True) for one in answer.json()["data"]]
    assert [Image.open(io.BytesIO(picture)).size for picture in pictures] == [(512, 512)] * 2
    assert pictures[0] != pictures[1]


def test_n_pictures_are_n_jobs_each_with_its_part(client: httpx.Client, gateway: Front) -> None:
    with gateway.workers.busy():
        answer = generate(client, n=3)
    jobs = {job.request.part: job for job in all_jobs()}
    assert len(answer.json()["data"]) == 3
    assert answer.headers["x-job-ids"] == ", ".join(jobs[f"{part}/3"].id for part in (1, 2, 3))
    assert answer.headers["x-cost-cents"] == "8.1"
    assert gateway.workers.simulator.stats().charges == 3


def test_a_bad_value_is_400_and_accepts_nothing(client: httpx.Client) -> None:
    answer = generate(client, n=11, stream=True)
    assert answer.status_code == 400
    assert (error(answer)["type"], error(answer)["param"]) == ("invalid_request_error", "n")
    assert [problem["field"] for problem in error(answer)["problems"]] == ["n", "stream"]
    assert all_jobs() == ()


def test_what_means_nothing_is_named_on_every_answer(brief: None, client: httpx.Client) -> None:
    answer = generate(client, quality="hd", style=None, user="u-1", output_format="png", svg={"model": "x"})
    assert answer.status_code == 503
    assert answer.headers["x-ignored-fields"] == "quality, output_format, user, svg"


def test_the_headers_tag_reaches_the_jobs(brief: None, client: httpx.Client) -> None:
    generate(client, {"x-aig-tag": "spring"}, n=2)
    assert [job.request.tag for job in all_jobs()] == ["spring", "spring"]


def test_a_call_without_any_picture_is_an_error(client: httpx.Client, gateway: Front) -> None:
    gateway.workers.simulator.arm("fail", error_code=1200, count=2)
    with gateway.workers.busy():
        answer = generate(client, n=2, quality="hd")
    assert answer.status_code == 400
    assert error(answer)["code"] == "content_policy_violation"
    assert set(error(answer)["job_ids"]) == {job.id for job in all_jobs()}
    assert answer.headers["x-should-retry"] == "false"
    assert answer.headers["x-ignored-fields"] == "quality"


def test_nothing_that_is_paid_for_is_lost_where_other_pictures_failed(
    client: httpx.Client, gateway: Front
) -> None:
    gateway.workers.simulator.arm("fail", error_code=1200)
    with gateway.workers.busy():
        answer = generate(client, n=3)
    [failed] = [job for job in all_jobs() if job.failure]
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 2
    assert answer.headers["x-failed-images"] == "1"
    assert answer.headers["x-failed-jobs"] == f"{failed.id}=moderation_refused"
    assert answer.headers["x-cost-cents"] == "5.4"


def test_pictures_that_dont_fit_into_an_answer_are_413_with_their_addresses(
    client: httpx.Client, gateway: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.http.payload.MAX_TEXT_BYTES", 70_000 - 64 * 1024)
    with gateway.workers.busy():
        answer = generate(client, response_format="b64_json", size="1024x1024")
    assert answer.status_code == 400  # known before anything is paid for
    assert all_jobs() == ()
    monkeypatch.setattr("darkroom.http.payload.MAX_TEXT_BYTES", 115_000 - 64 * 1024)
    with gateway.workers.busy():
        answer = generate(client, response_format="b64_json")
    assert answer.status_code == 413
    [job] = all_jobs()
    assert error(answer)["code"] == "response_too_large"
    assert error(answer)["job_ids"] == [job.id]
    assert len(error(answer)["urls"]) == 1
    assert 'response_format "url"' in error(answer)["message"]
    assert answer.headers["x-should-retry"] == "false"


def test_what_is_not_finished_in_time_is_a_503_that_brings_the_client_back(
    brief: None, client: httpx.Client
) -> None:
    answer = generate(client, n=2)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["x-should-retry"] == "true"
    assert (error(answer)["type"], error(answer)["code"]) == ("service_unavailable", "not_finished")
    assert set(error(answer)["job_ids"]) == {job.id for job in all_jobs()}
    assert "max_retries" in error(answer)["message"]
    assert "GET /v1/jobs/{id}" in error(answer)["message"]


def test_a_throttled_wait_is_a_wait_that_has_not_ended(
    brief: None, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The jobs are accepted and paid for: the client must not be told to begin anew."""
    with monkeypatch.context() as patch:
        throttle(patch, adapters.jobs_table(), "get")
        answer = generate(client)
    [job] = all_jobs()
    assert (answer.status_code, error(answer)["code"]) == (503, "not_finished")
    assert error(answer)["job_ids"] == [job.id]


def test_a_picture_that_cant_be_read_for_the_moment_is_joined_and_not_paid_again(
    brief: None, client: httpx.Client, gateway: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(client, response_format="b64_json")
    [job] = all_jobs()
    gateway.workers.run(job)
    with monkeypatch.context() as patch:
        throttle(patch, adapters.images_bucket(), "read")
        answer = generate(client, REPEAT, response_format="b64_json")
    assert (answer.status_code, error(answer)["code"]) == (503, "not_finished")
    again = generate(client, {"x-stainless-retry-count": "2"}, response_format="b64_json")
    assert (again.status_code, again.headers["x-job-ids"]) == (200, job.id)
