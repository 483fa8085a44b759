"""The documented way of a prediction: submit, result, sync mode, base64."""

import base64
import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


def test_submit_answers_the_envelope_with_a_created_task(caller: Caller) -> None:
    answer = caller.submit("a calm sea").json()
    data = answer.pop("data")
    assert answer == {"code": 200, "message": "success"}
    assert (data["status"], data["outputs"], data["error"]) == ("created", [], "")
    assert data["urls"]["get"].endswith(f"/api/v3/predictions/{data['id']}/result")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", data["created_at"])


@pytest.mark.parametrize("model", ["bytedance/dreamina-v3.1/text-to-image", "bytedance/seedream-v3.1"])
def test_task_of_either_model_completes_with_a_picture_of_the_asked_size(caller: Caller, model: str) -> None:
    data = caller.ended(caller.accepted(model=model, size="640*512"))
    picture = caller.http.get(data["outputs"][0])
    assert (data["model"], data["status"], data["has_nsfw_contents"]) == (model, "completed", [False])
    assert data["timings"]["inference"] >= 50
    assert picture.headers["content-type"] == "image/jpeg"
    assert int(picture.headers["content-length"]) == len(picture.content)
    assert Image.open(io.BytesIO(picture.content)).size == (640, 512)


def test_task_is_processing_before_it_completes(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(inference_seconds=5)
    assert caller.result(caller.accepted()).json()["data"]["status"] == "processing"


def test_both_result_paths_show_the_same(caller: Caller) -> None:
    data = caller.ended(caller.accepted())
    assert caller.http.get(f"/api/v3/predictions/{data['id']}").json()["data"] == data


def test_equal_prompt_seed_and_size_give_equal_bytes(caller: Caller) -> None:
    first, second, other = (caller.picture(seed=seed).content for seed in (7, 7, 8))
    assert first == second
    assert first != other


@pytest.mark.parametrize(("picture_format", "pillow_format"), [("png", "PNG"), ("webp", "WEBP")])
def test_picture_format_is_switchable(
    caller: Caller, simulator: SimulatorControl, picture_format: str, pillow_format: str
) -> None:
    simulator.settings(picture_format=picture_format)
    answer = caller.picture()
    assert answer.headers["content-type"] == f"image/{picture_format}"
    assert Image.open(io.BytesIO(answer.content)).format == pillow_format


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Authorization": "Bearer wrong"}, "bytedance/seedream-v3.1", 401),
        ({"Authorization": "Basic wsk-not-a-real-key-0001"}, "bytedance/seedream-v3.1", 401),
        ({}, "bytedance/no-such-model", 404),
        ({}, "predictions/unknown/result", 404),
    ],
)
def test_refusals_carry_a_message(caller: Caller, headers: dict[str, str], path: str, status: int) -> None:
    method = "GET" if path.startswith("predictions") else "POST"
    answer = caller.http.request(method, f"/api/v3/{path}", json={"prompt": "x"}, headers=headers)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_bad_parameter_is_refused_with_its_code_and_creates_nothing(
    caller: Caller, simulator: SimulatorControl
) -> None:
    missing, invalid = caller.submit(None), caller.submit(size="511*512")
    assert (missing.status_code, missing.json()["error_code"]) == (400, 1400)
    assert (invalid.status_code, invalid.json()["error_code"]) == (400, 1401)
    assert simulator.stats().accepted == 0
    assert simulator.stats().submits_refused == {"400": 2}


def test_body_that_is_not_json_is_refused(caller: Caller) -> None:
    answer = caller.http.post("/api/v3/bytedance/seedream-v3.1", content=b"{")
    assert answer.status_code == 400


def test_body_over_a_megabyte_is_refused_with_413(caller: Caller) -> None:
    answer = caller.submit("x" * 1_100_000, model="bytedance/dreamina-v3.1/text-to-image")
    assert answer.status_code == 413
    assert answer.json()["message"]


def test_base64_output_is_the_picture_itself(caller: Caller) -> None:
    data = caller.ended(caller.accepted(seed=3, enable_base64_output=True))
    assert base64.b64decode(data["outputs"][0], validate=True) == caller.picture(seed=3).content


def test_base64_with_a_webhook_is_refused_outside_the_envelope(caller: Caller) -> None:
    answer = caller.submit(webhook="https://example.com/hook", enable_base64_output=True)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].startswith("webhook callback does not support base64 output")


def test_sync_mode_answers_with_the_finished_task(caller: Caller) -> None:
    data = caller.submit(enable_sync_mode=True).json()["data"]
    assert data["status"] == "completed"
    assert len(data["outputs"]) == 1


def test_sync_mode_that_waits_too_long_says_5004_and_the_task_goes_on(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.settings(sync_wait_seconds=0.01)
    data = caller.submit(enable_sync_mode=True).json()["data"]
    assert (data["status"], data["code"]) == ("processing", 5004)
    assert data["error"].startswith("Sync mode timed out")
    assert caller.ended(data["id"])["status"] == "completed"


def test_sync_mode_may_time_out_as_504(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(sync_wait_seconds=0.01, sync_timeout="504")
    assert caller.submit(enable_sync_mode=True).status_code == 504
    assert simulator.stats().charges == 1
