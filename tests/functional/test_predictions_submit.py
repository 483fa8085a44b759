"""WaveSpeed's face: what is submitted, and what is refused."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom import adapters
from darkroom.jobs.job import Job
from darkroom.jobs.request import WebhookFormat
from functional.conftest import Front
from functional.wavespeed_client import DREAMINA, SEEDREAM, Caller
from functional.wavespeed_types import PREDICTION

HOOK = "https://hooks.example.com/wavespeed"
BODY = {"prompt": "a lighthouse at dusk"}


@pytest.fixture
def caller(gateway: Front) -> Iterator[Caller]:
    made = Caller(gateway.base_url, gateway.api_key)
    yield made
    made.http.close()


def stored(prediction: dict[str, Any]) -> Job:
    job = adapters.jobs_table().get("acme", prediction["id"])
    assert job is not None
    return job


def submit(caller: Caller, model: str = DREAMINA, **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = caller.data(PREDICTION, "POST", f"/{model}", json={**BODY, **fields})
    return data


def test_a_submit_is_answered_at_once_with_the_whole_prediction(caller: Caller, gateway: Front) -> None:
    prediction = submit(caller, size="512*768", seed=7, enable_prompt_expansion=False)
    created_at = prediction.pop("created_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", created_at)
    job_id = prediction.pop("id")
    assert prediction == {
        "model": DREAMINA,
        "outputs": [],
        "urls": {"get": f"{gateway.base_url}/api/v3/predictions/{job_id}/result"},
        "has_nsfw_contents": [],
        "status": "created",
        "error": "",
        "code": 0,
        "timings": {"inference": 0},
    }
    request = stored({"id": job_id}).request
    assert (request.size, request.seed, request.enable_prompt_expansion) == ("512*768", 7, False)


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (DREAMINA, DREAMINA),
        (DREAMINA.replace("/", "%2F"), DREAMINA),
        ("bytedance/bytedance-dreamina-v3.1-text-to-image", DREAMINA),
        (SEEDREAM, SEEDREAM),
        ("seedream-v3.1", SEEDREAM),
    ],
)
def test_every_model_of_the_catalogue_is_found_by_id_and_alias(caller: Caller, path: str, model: str) -> None:
    assert submit(caller, path)["model"] == model


@pytest.mark.parametrize("model", ["wavespeed-ai/flux-dev", "bytedance", "a%00b", "model/prices"])
def test_an_unknown_model_is_404_that_names_the_models(caller: Caller, model: str) -> None:
    status, body = caller.refused("POST", f"/{model}", json=BODY)
    assert (status, body["error_code"]) == (404, "model_not_found")
    assert SEEDREAM in body["message"]


@pytest.mark.parametrize(
    ("changes", "number", "says"),
    [
        ({"prompt": ...}, 1400, "prompt: is required"),
        ({"prompt": " "}, 1401, "prompt: must not be empty"),
        ({"prompt": ..., "seed": "x"}, 1401, "prompt: is required"),
        ({"size": "100*100"}, 1401, "between 512 and 2048"),
        ({"size": "1024"}, 1401, "WIDTH*HEIGHT"),
        ({"width": 1024}, 1401, "height: width and height go together"),
        ({"seed": -2}, 1401, "seed: must be between -1 and 2147483647"),
        ({"seed": None}, 1401, "seed"),
        ({"enable_sync_mode": "true"}, 1401, "enable_sync_mode"),
        ({"negative_prompt": "blur"}, 1401, "negative_prompt: unknown field; the fields are: size"),
        ({"priority": "high"}, 1401, "priority: unknown field"),  # these are the model's inputs
        ({"webhook_url": "http://hooks.example.com"}, 1401, "webhook_url"),
        ({"webhook_url": "https://169.254.169.254/"}, 1401, "webhook_url"),
    ],
)
def test_a_bad_field_is_400_with_wavespeeds_number(
    caller: Caller, changes: dict[str, Any], number: int, says: str
) -> None:
    body = {name: value for name, value in {**BODY, **changes}.items() if value is not ...}
    status, refusal = caller.refused("POST", f"/{DREAMINA}", json=body)
    assert (status, refusal["data"]["code"]) == (400, number)
    assert refusal["error_code"] == ("missing_parameter" if number == 1400 else "invalid_parameter")
    assert says in refusal["message"]


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"\xff", b'{"seed": NaN}'])
def test_a_body_that_is_no_object_is_400(caller: Caller, body: bytes) -> None:
    status, _ = caller.refused("POST", f"/{DREAMINA}", content=body)
    assert status == 400


def test_width_and_height_take_the_place_of_size(caller: Caller) -> None:
    assert stored(submit(caller, width=640, height=512)).request.size == "640*512"


@pytest.mark.parametrize(
    ("query", "field"), [(HOOK, None), (None, HOOK), (HOOK, HOOK), (HOOK, ""), ("", HOOK)]
)
def test_a_webhook_may_stand_in_the_query_or_in_the_body(
    caller: Caller, query: str | None, field: str | None
) -> None:
    params = {} if query is None else {"webhook": query}
    body = BODY if field is None else {**BODY, "webhook_url": field}
    prediction = caller.data(PREDICTION, "POST", f"/{DREAMINA}", params=params, json=body)
    request = stored(prediction).request
    assert (request.webhook_url, request.webhook_format) == (HOOK, WebhookFormat.PREDICTION)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"webhook": HOOK + "/other"}, "differs"),
        ({"webhook_url": HOOK}, "unknown parameter"),
        ({"webhook": "http://hooks.example.com"}, "differs"),
    ],
)
def test_two_webhooks_and_unknown_parameters_are_refused(
    caller: Caller, params: dict[str, str], says: str
) -> None:
    body = {**BODY, "webhook_url": HOOK}
    status, refusal = caller.refused("POST", f"/{DREAMINA}", params=params, json=body)
    assert (status, refusal["data"]["code"]) == (400, 1401)
    assert says in refusal["message"]


def test_a_webhook_of_the_query_is_held_against_the_url_policy(caller: Caller) -> None:
    status, body = caller.refused("POST", f"/{DREAMINA}", params={"webhook": "https://10.0.0.1/"}, json=BODY)
    assert status == 400
    assert body["message"].startswith("webhook: ")


@pytest.mark.parametrize("where", ["query", "body"])
def test_base64_with_a_webhook_is_refused_in_wavespeeds_own_words(caller: Caller, where: str) -> None:
    params = {"webhook": HOOK} if where == "query" else {}
    body = {**BODY, "enable_base64_output": True, **({"webhook_url": HOOK} if where == "body" else {})}
    answer = caller.http.post(f"/{DREAMINA}", params=params, json=body)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "webhook callback does not support base64 output, "
        "please use the normal API to use base64 output"
    }


@pytest.mark.parametrize(
    ("header", "code"),
    [("idempotency-key", "invalid_idempotency_key"), ("x-aig-tag", "invalid_tag")],
)
def test_a_header_that_can_t_be_read_is_400_as_every_bad_parameter(
    caller: Caller, header: str, code: str
) -> None:
    status, body = caller.refused("POST", f"/{DREAMINA}", json=BODY, headers={header: "x" * 256})
    assert (status, body["code"], body["error_code"]) == (400, 400, code)


def test_an_idempotency_key_leads_to_the_same_prediction(caller: Caller) -> None:
    key = {"idempotency-key": "order-7"}
    first = caller.answer("POST", f"/{DREAMINA}", json=BODY, headers=key)
    again = caller.answer("POST", f"/{DREAMINA}", json=BODY, headers=key)
    assert first.json() == again.json()
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    other = {"prompt": "another"}
    status, body = caller.refused("POST", f"/{DREAMINA}", json=other, headers=key)
    assert (status, body["error_code"]) == (422, "idempotency_key_reused")


def test_the_cost_and_the_tag_travel_in_headers(caller: Caller) -> None:
    answer = caller.answer("POST", f"/{DREAMINA}", json=BODY, headers={"x-aig-tag": "spring"})
    assert answer.headers["x-cost-cents"] == "2.7"
    assert stored(answer.json()["data"]).request.tag == "spring"
    assert caller.answer("POST", f"/{SEEDREAM}", json=BODY).headers["x-cost-cents"] == "unknown"
