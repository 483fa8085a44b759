"""`POST /v1/images/generations`: what is refused, what is ignored, and how a call without pictures ends."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from PIL import Image

from darkroom import adapters
from darkroom.jobs.job import Job
from darkroom.ports import JobsFilter
from functional.aws import REGION, Stack
from functional.conftest import Front

BODY = {"prompt": "a lighthouse at dusk", "model": "dreamina-v3.1", "size": "512x512"}
REPEAT = {"x-stainless-retry-count": "1"}
KEY = {"idempotency-key": "order-1"}


@pytest.fixture
def client(gateway: Front) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def brief(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request is held for longer than a moment. Comes before the gateway, which reads the settings."""
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "0.3")


def generate(client: httpx.Client, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    return client.post("/v1/images/generations", json=BODY | changes, headers=headers)


def error(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


def all_jobs(tenant: str = "acme") -> tuple[Job, ...]:
    return adapters.jobs_table().list(tenant, JobsFilter(), 100, None).jobs


def open_calls(stack: Stack) -> list[Any]:
    items = boto3.client("dynamodb", REGION).scan(TableName=stack.jobs_table)["Items"]
    return [item for item in items if "#join#" in item["pk"]["S"]]


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


@pytest.mark.parametrize(("seed", "seeds"), [(7, {7, 8, 9}), (-1, {-1}), (2147483645, None)])
def test_pictures_of_one_call_have_seeds_of_their_own(
    brief: None, client: httpx.Client, seed: int, seeds: set[int] | None
) -> None:
    answer = generate(client, n=3, seed=seed)
    if seeds is not None:
        assert {job.request.seed for job in all_jobs()} == seeds
    else:
        assert {job.request.seed for job in all_jobs()} == {2147483645, 2147483646, 2147483647}
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("changes", "param", "says"),
    [
        ({"prompt": None}, "prompt", "string"),
        ({"prompt": " "}, "prompt", "empty"),
        ({"n": 0}, "n", "1 to 10"),
        ({"n": 11}, "n", "1 to 10"),
        ({"n": "2"}, "n", "integer"),
        ({"n": True}, "n", "integer"),
        ({"size": "256x256"}, "size", "between 512 and 2048"),
        ({"size": "large"}, "size", "WIDTHxHEIGHT"),
        ({"response_format": "png"}, "response_format", "b64_json"),
        ({"stream": True}, "stream", "not streamed"),
        ({"quality": 5}, "quality", "string"),
        ({"seed": -2}, "seed", "-1"),
        ({"seed": None}, "seed", "integer"),
        ({"seed": 2147483647, "n": 2}, "seed", "2147483646"),
        ({"webhook_url": "http://hooks.example.com"}, "webhook_url", "https"),
        ({"metadata": {"a": 1}}, "metadata.a", "string"),
        ({"tag": "x" * 65}, "tag", "64"),
        ({"deadline_seconds": 4}, "deadline_seconds", "5"),
        ({"promt": "typo"}, "promt", "unknown field"),
        ({"n": 10, "size": "2048x2048", "response_format": "b64_json"}, "n", "8 at most"),
    ],
)
def test_a_bad_value_is_400_and_named(
    client: httpx.Client, changes: dict[str, Any], param: str, says: str
) -> None:
    answer = generate(client, **changes)
    assert answer.status_code == 400
    assert (error(answer)["type"], error(answer)["param"]) == ("invalid_request_error", param)
    assert says in error(answer)["message"]
    assert error(answer)["problems"][0]["field"] == param
    assert all_jobs() == ()


def test_an_unknown_model_is_404(client: httpx.Client) -> None:
    answer = generate(client, model="dall-e-3", n=0)
    assert answer.status_code == 400  # the body comes first
    answer = generate(client, model="dall-e-3")
    assert answer.status_code == 404
    assert (error(answer)["type"], error(answer)["code"]) == ("not_found", "model_not_found")
    assert error(answer)["param"] == "model"
    assert "bytedance/seedream-v3.1" in error(answer)["message"]


@pytest.mark.parametrize(("body", "status"), [("no json", 400), ("[]", 400), ("[" * 100_000, 413)])
def test_a_body_that_is_no_object_is_refused(client: httpx.Client, body: str, status: int) -> None:
    assert client.post("/v1/images/generations", content=body).status_code == status


@pytest.mark.parametrize("size", [None, "auto", ..., "1328*1328", "1328x1328"])
def test_a_size_is_the_models_own_unless_it_is_given(brief: None, client: httpx.Client, size: Any) -> None:
    given = {**BODY, "size": size}
    body = {name: value for name, value in given.items() if value is not ...}
    client.post("/v1/images/generations", json={**body, "model": None, "n": None, "stream": False})
    [job] = all_jobs()
    assert (job.request.model, job.request.size) == ("bytedance/dreamina-v3.1/text-to-image", "1328*1328")


def test_what_means_nothing_is_named_on_every_answer(brief: None, client: httpx.Client) -> None:
    answer = generate(client, quality="hd", style=None, user="u-1", output_format="png", svg={"model": "x"})
    assert answer.status_code == 503
    assert answer.headers["x-ignored-fields"] == "quality, output_format, user, svg"


def test_what_goes_through_the_extra_body_reaches_the_jobs(brief: None, client: httpx.Client) -> None:
    extra = {
        "seed": 5,
        "enable_prompt_expansion": False,
        "webhook_url": "https://hooks.example.com/x",
        "metadata": {"order": "1"},
        "deadline_seconds": 60,
    }
    generate(client, {"x-aig-tag": "spring"}, **extra)
    [job] = all_jobs()
    assert {name: getattr(job.request, name) for name in extra} == extra
    assert job.request.tag == "spring"


def test_a_bodys_tag_comes_before_the_headers(brief: None, client: httpx.Client) -> None:
    generate(client, {"x-aig-tag": "spring"}, tag="autumn")
    assert [job.request.tag for job in all_jobs()] == ["autumn"]


@pytest.mark.parametrize(
    ("error_code", "status", "type_", "code"),
    [
        (1200, 400, "invalid_request_error", "content_policy_violation"),
        (1401, 400, "invalid_request_error", "upstream_rejected"),
        (5000, 500, "server_error", "upstream_failed"),
    ],
)
def test_a_call_without_any_picture_is_an_error(
    client: httpx.Client, gateway: Front, error_code: int, status: int, type_: str, code: str
) -> None:
    gateway.workers.simulator.arm("fail", error_code=error_code, count=2)
    with gateway.workers.busy():
        answer = generate(client, n=2, quality="hd")
    assert answer.status_code == status
    assert (error(answer)["type"], error(answer)["code"]) == (type_, code)
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
    monkeypatch.setattr("darkroom.http.payload.LAMBDA_ANSWER_BYTES", 70_000)
    with gateway.workers.busy():
        answer = generate(client, response_format="b64_json", size="1024x1024")
    assert answer.status_code == 400  # known before anything is paid for
    assert all_jobs() == ()
    monkeypatch.setattr("darkroom.http.payload.LAMBDA_ANSWER_BYTES", 115_000)
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


def test_a_repeat_joins_the_jobs_of_its_call(brief: None, client: httpx.Client, gateway: Front) -> None:
    first = generate(client, n=2)
    gateway.workers.run(all_jobs()[0])
    gateway.workers.run(all_jobs()[1])
    again = generate(client, REPEAT, n=2)
    assert again.status_code == 200
    assert again.headers["x-job-ids"].split(", ") == error(first)["job_ids"]
    assert gateway.workers.simulator.stats().charges == 2
    lost = generate(client, {"x-stainless-retry-count": "2"}, n=2)
    assert lost.headers["x-job-ids"] == again.headers["x-job-ids"]


def test_a_repeat_of_another_body_is_its_own_call(brief: None, client: httpx.Client) -> None:
    generate(client)
    for changes in ({"n": 2}, {"response_format": "b64_json"}, {"seed": 1}, {"prompt": "another"}):
        before = len(all_jobs())
        generate(client, REPEAT, **changes)
        assert len(all_jobs()) > before


def test_two_equal_calls_with_repeats_each_get_their_own_pictures(
    brief: None, client: httpx.Client, gateway: Front
) -> None:
    named = [error(generate(client))["job_ids"][0] for _ in range(2)]
    again = [error(generate(client, REPEAT))["job_ids"][0] for _ in range(2)]
    assert sorted(named) == sorted(again)
    for job in all_jobs():
        gateway.workers.run(job)
    ended = [generate(client, REPEAT).headers["x-job-ids"] for _ in range(2)]
    assert sorted(named) == sorted(ended)
    assert len(set(ended)) == 2


def test_a_call_that_was_refused_is_not_joined(brief: None, client: httpx.Client, gateway: Front) -> None:
    """A repeat of the next call would else take up the refused one and pay a second time."""
    gateway.workers.simulator.arm("fail", error_code=1200)
    generate(client)
    gateway.workers.run(all_jobs()[0])
    assert generate(client, REPEAT).status_code == 400
    second = error(generate(client))["job_ids"]
    assert error(generate(client, REPEAT))["job_ids"] == second


class TestWithAKey:
    def test_a_repeat_is_the_same_jobs_and_the_same_answer(
        self, brief: None, client: httpx.Client, gateway: Front
    ) -> None:
        first = error(generate(client, KEY, n=2))["job_ids"]
        for job in all_jobs():
            gateway.workers.run(job)
        again = [generate(client, KEY, n=2) for _ in range(2)]
        assert [answer.headers["x-job-ids"].split(", ") for answer in again] == [first, first]
        assert gateway.workers.simulator.stats().charges == 2

    @pytest.mark.parametrize(
        "changes", [{"n": 1}, {"n": 2}, {"prompt": "x"}, {"response_format": "b64_json"}]
    )
    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_another_body_or_number_is_422(
        self, brief: None, client: httpx.Client, n: int, changes: dict[str, Any]
    ) -> None:
        generate(client, KEY, n=n)
        before = {job.id for job in all_jobs()}
        answer = generate(client, KEY, **{"n": n, **changes})
        assert answer.status_code == (503 if changes.get("n") == n else 422)
        assert {job.id for job in all_jobs()} == before

    def test_nothing_is_written_beside_the_jobs(
        self, brief: None, client: httpx.Client, stack: Stack
    ) -> None:
        generate(client, KEY)
        assert open_calls(stack) == []


def test_an_open_call_holds_no_prompt(brief: None, client: httpx.Client, stack: Stack) -> None:
    generate(client)
    [call] = open_calls(stack)
    assert "lighthouse" not in json.dumps(call)
