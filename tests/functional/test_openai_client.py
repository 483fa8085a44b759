"""The unmodified `openai` package on the front: pictures, repeats, and the class of each error."""

import asyncio
import base64
from collections.abc import Iterator

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from darkroom import adapters, wiring
from darkroom.jobs.request import Priority
from functional.aws import Stack
from functional.conftest import Front
from functional.images import all_jobs

PROMPT = "a lighthouse at dusk"


@pytest.fixture
def impatient(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture takes longer than a request is held. Named before the gateway, which reads the settings."""
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "1")


@pytest.fixture
def client(gateway: Front) -> Iterator[OpenAI]:
    with OpenAI(api_key=gateway.api_key, base_url=f"{gateway.base_url}/v1") as client:
        yield client


def test_pictures_come_by_address_and_in_base64(client: OpenAI, gateway: Front) -> None:
    with gateway.workers.busy():
        by_url = client.images.generate(prompt=PROMPT, size="512x512", n=2, quality="hd", user="u-1")
        inline = client.images.generate(prompt=PROMPT, size="512x512", response_format="b64_json")
    assert by_url.data is not None
    assert inline.data is not None
    assert len({image.url for image in by_url.data}) == 2
    assert by_url._request_id
    assert (by_url.size, by_url.output_format) == ("512x512", "jpeg")
    assert base64.b64decode(inline.data[0].b64_json or "").startswith(b"\xff\xd8")


def test_all_pictures_of_a_call_wait_with_the_priority_that_it_names(client: OpenAI, gateway: Front) -> None:
    with gateway.workers.busy():
        client.images.generate(prompt=PROMPT, size="512x512", n=3, extra_body={"priority": "high"})
    assert [job.request.priority for job in all_jobs()] == [Priority.HIGH] * 3


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "order-7"}])
def test_a_slow_picture_is_one_picture_and_one_charge(
    impatient: None, client: OpenAI, gateway: Front, headers: dict[str, str]
) -> None:
    gateway.workers.simulator.settings(inference_seconds=3)
    with gateway.workers.busy():
        found = client.with_options(max_retries=5).images.with_raw_response.generate(
            prompt=PROMPT, size="512x512", extra_headers=headers
        )
    images = found.parse()
    assert images.data is not None
    assert len(images.data) == 1
    assert found.retries_taken >= 1
    assert found.headers["x-job-ids"] == all_jobs()[0].id
    assert gateway.workers.simulator.stats().charges == 1


def test_equal_slow_calls_at_once_are_a_picture_each(impatient: None, client: OpenAI, gateway: Front) -> None:
    """With the async client, whose repeats come all together."""
    gateway.workers.simulator.settings(inference_seconds=2)

    async def generate() -> list[str]:
        async with AsyncOpenAI(
            api_key=gateway.api_key, base_url=str(client.base_url), max_retries=9
        ) as asynchronous:
            raw = asynchronous.images.with_raw_response
            calls = (raw.generate(prompt=PROMPT, size="512x512") for _ in range(3))
            return [found.headers["x-job-ids"] for found in await asyncio.gather(*calls)]

    with gateway.workers.busy():
        assert len(set(asyncio.run(generate()))) == 3
    assert gateway.workers.simulator.stats().charges == 3


def test_retries_that_run_out_say_what_to_do(impatient: None, client: OpenAI) -> None:
    with pytest.raises(openai.InternalServerError, match="max_retries") as caught:
        client.with_options(max_retries=0).images.generate(prompt=PROMPT)
    assert (caught.value.status_code, caught.value.code) == (503, "not_finished")
    [job] = all_jobs()
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["job_ids"] == [job.id]
    assert caught.value.request_id


def test_input_errors_have_their_classes(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(prompt=PROMPT, n=11)
    assert (caught.value.param, caught.value.type) == ("n", "invalid_request_error")
    with pytest.raises(openai.BadRequestError, match="not streamed"):
        client.images.generate(prompt=PROMPT, stream=True)
    with pytest.raises(openai.NotFoundError) as missing:
        client.images.generate(prompt=PROMPT, model="dall-e-3")
    assert (missing.value.code, missing.value.type) == ("model_not_found", "not_found")
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="dr_" + "x" * 43).images.generate(prompt=PROMPT)


def test_a_refused_prompt_is_a_bad_request_and_is_not_repeated(client: OpenAI, gateway: Front) -> None:
    gateway.workers.simulator.arm("fail", error_code=1200)
    with gateway.workers.busy(), pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(prompt=PROMPT, size="512x512")
    assert caught.value.code == "content_policy_violation"
    assert len(all_jobs()) == 1


def test_a_failed_picture_is_a_server_error_and_is_not_repeated(client: OpenAI, gateway: Front) -> None:
    gateway.workers.simulator.arm("fail", error_code=5000)
    with gateway.workers.busy(), pytest.raises(openai.InternalServerError) as caught:
        client.images.generate(prompt=PROMPT, size="512x512")
    assert (caught.value.code, caught.value.type) == ("upstream_failed", "server_error")
    assert len(all_jobs()) == 1


def test_money_and_keys_have_their_classes(impatient: None, client: OpenAI, gateway: Front) -> None:
    once = client.with_options(max_retries=0).images
    with pytest.raises(openai.InternalServerError):
        once.generate(prompt=PROMPT, extra_headers={"Idempotency-Key": "k"})
    with pytest.raises(openai.UnprocessableEntityError) as reused:
        once.generate(prompt=PROMPT, n=2, extra_headers={"Idempotency-Key": "k"})
    assert reused.value.code == "idempotency_key_reused"
    adapters.accounts_table().set_cap(gateway.tenant, 1)
    with pytest.raises(openai.APIStatusError) as broke:
        client.images.generate(prompt=PROMPT)
    assert (broke.value.status_code, broke.value.type) == (402, "insufficient_credits")
    adapters.accounts_table().set_requests_per_minute(gateway.tenant, 1)
    for expected in (openai.APIStatusError, openai.RateLimitError):
        with pytest.raises(expected) as caught:
            once.generate(prompt=PROMPT)
    assert caught.value.response.headers["retry-after"]


def test_a_cancelled_picture_is_a_conflict(impatient: None, client: OpenAI, gateway: Front) -> None:
    with pytest.raises(openai.InternalServerError):
        client.with_options(max_retries=0).images.generate(
            prompt=PROMPT, extra_headers={"Idempotency-Key": "k"}
        )
    wiring.canceller().cancel(gateway.tenant, all_jobs()[0].id)
    with pytest.raises(openai.ConflictError) as caught:
        client.images.generate(prompt=PROMPT, extra_headers={"Idempotency-Key": "k"})
    assert caught.value.code == "cancelled"


def test_models_are_listed_and_retrieved(client: OpenAI) -> None:
    models = {model.id for model in client.models.list()}
    assert "bytedance/seedream-v3.1" in models
    assert client.models.retrieve("bytedance/seedream-v3.1").id == "bytedance/seedream-v3.1"
