"""The unmodified `openai` package on the deployed stack, with its synchronous and its asynchronous client."""

import asyncio
import base64
import io
import urllib.request
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from PIL import Image

from stack.conftest import DREAMINA, SEEDREAM, Stack
from stack.openai_calls import Call, calls


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, stack: Stack) -> Call:
    return calls(request.param, stack)


def size_of(picture: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture)).size


def test_a_picture_comes_by_its_address(stack: Stack, call: Call) -> None:
    images = call("images.generate", model="dreamina-v3.1", prompt="a kite", size="768x512", quality="hd")
    [image] = images.data
    picture = urllib.request.urlopen(image.url, timeout=10).read()
    assert size_of(picture) == (768, 512)
    assert (images.size, images.output_format, images.background) == ("768x512", "jpeg", "opaque")
    assert images.created > 1_700_000_000
    assert images._request_id
    assert stack.simulator.stats().charges == 1


def test_four_pictures_come_in_base64_and_differ(stack: Stack, call: Call) -> None:
    found = call(
        "images.with_raw_response.generate",
        prompt="four boats",
        n=4,
        size="512x512",
        response_format="b64_json",
        style="vivid",
        extra_body={"seed": 7, "tag": "harbour"},
    )
    pictures = {base64.b64decode(image.b64_json, validate=True) for image in found.parse().data}
    assert {size_of(picture) for picture in pictures} == {(512, 512)}
    assert len(pictures) == 4
    assert found.headers["x-cost-cents"] == "10.8"
    assert found.headers["x-ignored-fields"] == "style"
    ids = found.headers["x-job-ids"].split(", ")
    assert [stack.api.job(job_id)["input"]["seed"] for job_id in ids] == [7, 8, 9, 10]
    assert stack.simulator.stats().charges == 4


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a slow picture"}], ids=["keyless", "keyed"])
def test_a_picture_slower_than_the_sync_wait_is_one_picture_and_one_charge(
    stack: Stack, call: Call, headers: dict[str, str]
) -> None:
    stack.simulator.settings(inference_seconds=stack.sync_wait_seconds + 2)
    key = {name: f"{value} {stack.hook}" for name, value in headers.items()}
    found = call(
        "images.with_raw_response.generate", prompt="a slow glacier", size="512x512", extra_headers=key
    )
    stats = stack.simulator.stats()
    assert len(found.parse().data) == 1
    assert found.retries_taken >= 1
    assert (stats.submits_received, stats.charges) == (1, 1)


def test_equal_slow_calls_at_once_are_a_picture_each(stack: Stack) -> None:
    stack.simulator.settings(inference_seconds=stack.sync_wait_seconds + 1)
    key, url = stack.state["api_key"], f"{stack.state['api_url']}/v1"

    async def generate() -> list[str]:
        async with AsyncOpenAI(api_key=key, base_url=url, max_retries=5) as client:
            raw = client.images.with_raw_response
            running = (raw.generate(prompt="one and the same dune", size="512x512") for _ in range(3))
            return [found.headers["x-job-ids"] for found in await asyncio.gather(*running)]

    assert len(set(asyncio.run(generate()))) == 3
    assert stack.simulator.stats().charges == 3


def test_retries_that_run_out_name_the_job(stack: Stack, call: Call) -> None:
    stack.simulator.settings(inference_seconds=stack.sync_wait_seconds + 2)
    with pytest.raises(openai.InternalServerError, match="max_retries") as caught:
        call("images.generate", prompt="an endless dune", size="512x512", options={"max_retries": 0})
    assert isinstance(caught.value.body, dict)
    [job_id] = caught.value.body["job_ids"]
    assert (caught.value.status_code, caught.value.type) == (503, "service_unavailable")
    assert stack.api.finished(job_id)["status"] == "completed"


def test_models_are_listed_and_retrieved(call: Call) -> None:
    assert {DREAMINA, SEEDREAM} <= {model.id for model in call("models.list").data}
    assert call("models.retrieve", SEEDREAM).object == "model"


@pytest.mark.parametrize(
    ("method", "fields", "error", "code"),
    [
        ("images.generate", {"n": 11}, openai.BadRequestError, "invalid_parameter"),
        ("images.generate", {"stream": True}, openai.BadRequestError, "invalid_parameter"),
        ("images.generate", {"model": "dall-e-3"}, openai.NotFoundError, "model_not_found"),
        ("images.generate", {"options": {"api_key": "dr_no-key"}}, openai.AuthenticationError, None),
    ],
)
def test_input_errors_have_their_classes(
    stack: Stack,
    call: Call,
    method: str,
    fields: dict[str, Any],
    error: type[openai.APIStatusError],
    code: str,
) -> None:
    with pytest.raises(error) as caught:
        call(method, prompt="x", **fields)
    assert code is None or caught.value.code == code
    assert caught.value.type
    assert caught.value.request_id
    assert stack.simulator.stats().submits_received == 0


@pytest.mark.parametrize(
    ("error_code", "error", "code"),
    [
        (1200, openai.BadRequestError, "content_policy_violation"),
        (5000, openai.InternalServerError, "upstream_failed"),
    ],
)
def test_a_failed_picture_is_an_error_and_is_not_paid_again(
    stack: Stack, call: Call, error_code: int, error: type[openai.APIStatusError], code: str
) -> None:
    stack.simulator.arm("fail", error_code=error_code)
    with pytest.raises(error) as caught:
        call("images.generate", prompt="a failing picture", size="512x512")
    assert caught.value.code == code
    assert stack.simulator.stats().submits_received == 1


def test_keys_and_cancelled_jobs_have_their_classes(stack: Stack, call: Call) -> None:
    stack.simulator.settings(inference_seconds=60)
    asked = {"prompt": "a river", "extra_headers": {"Idempotency-Key": stack.hook}}
    with pytest.raises(openai.InternalServerError) as slow:
        call("images.generate", **asked, options={"max_retries": 0})
    with pytest.raises(openai.UnprocessableEntityError):
        call("images.generate", **asked, n=2)
    assert isinstance(slow.value.body, dict)
    stack.api.cancel(slow.value.body["job_ids"][0])
    with pytest.raises(openai.ConflictError) as cancelled:
        call("images.generate", **asked)
    assert cancelled.value.code == "cancelled"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_sub_accounts_limits_have_their_classes(stack: Stack, kind: str) -> None:
    limits = {"name": f"the shop {stack.hook}", "spend_cap_cents": 1, "rate_limit_rpm": 1}
    made = stack.api.http.post("/v1/sub-accounts", json=limits).json()
    call = calls(kind, stack, made["key"])
    with pytest.raises(openai.APIStatusError) as broke:
        call("images.generate", prompt="x")
    assert (broke.value.status_code, broke.value.type) == (402, "insufficient_credits")
    with pytest.raises(openai.RateLimitError) as hasty:
        call("images.generate", prompt="x", options={"max_retries": 0})
    assert int(hasty.value.response.headers["retry-after"]) >= 1
    with pytest.raises(openai.PermissionDeniedError):
        call("get", "/sub-accounts", cast_to=object)


def test_the_client_verifies_our_webhook(stack: Stack, call: Call) -> None:
    call("images.generate", prompt="a bell", size="512x512", extra_body={"webhook_url": stack.webhook_url})
    [received] = stack.received(1)
    with OpenAI(api_key="dr_not-used", webhook_secret=stack.state["webhook_secret"]) as client:
        event: Any = client.webhooks.unwrap(received.body, received.headers)
        assert event.type == "job.completed"
        assert event.to_dict()["data"]["outputs"][0]["width"] == 512
        with pytest.raises(openai.InvalidWebhookSignatureError):
            client.webhooks.unwrap(received.body + " ", received.headers)
