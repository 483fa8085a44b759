"""The official JavaScript clients `wavespeed` and `openai`, unmodified from npm, on the deployed stack."""

import base64
import io
import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from local.javascript import FOLDER, WITHOUT_NODE, node_version
from stack.conftest import DREAMINA, SEEDREAM, Stack

if node_version() is None:
    if os.environ.get("CI"):
        pytest.fail(f"{WITHOUT_NODE}: CI must run the JavaScript clients", pytrace=False)
    pytest.skip(f"{WITHOUT_NODE}: the JavaScript clients were not run", allow_module_level=True)

Call = Callable[..., dict[str, Any]]
FAST = {"pollInterval": 0.2}


def run(script: str, told: dict[str, Any]) -> dict[str, Any]:
    """Its outcome is the last line: the clients themselves log on the same stream."""
    done = subprocess.run(
        ["node", script],
        cwd=FOLDER,
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


@pytest.fixture
def wavespeed(stack: Stack) -> Call:
    def call(
        method: str,
        prompt: str,
        options: dict[str, Any] | None = None,
        model: str = DREAMINA,
        client: dict[str, Any] | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        told = {"url": stack.state["api_url"], "key": stack.state["api_key"], "client": client or {}}
        given = {"prompt": prompt, "size": "512*512", **fields}
        return run("wavespeed.mjs", told | {"method": method, "model": model, "input": given,
                                            "options": FAST | (options or {})})  # fmt: skip

    return call


@pytest.fixture
def openai(stack: Stack) -> Call:
    def call(method: str, *arguments: Any, **client: Any) -> dict[str, Any]:
        told = {"url": stack.state["api_url"], "key": stack.state["api_key"], "client": client}
        return run("openai.mjs", told | {"method": method, "arguments": arguments})

    return call


def size_of(picture: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture)).size


def download(url: str) -> bytes:
    return httpx.get(url, follow_redirects=True, trust_env=False).raise_for_status().content


@pytest.mark.parametrize("model", [DREAMINA, SEEDREAM])
def test_wavespeed_run_gives_the_address_of_a_picture(stack: Stack, wavespeed: Call, model: str) -> None:
    [url] = wavespeed("run", "a calm sea", model=model, size="768*512")["outputs"]
    assert size_of(download(url)) == (768, 512)
    assert stack.simulator.stats().charges == 1


def test_wavespeed_sync_run_takes_one_request(stack: Stack, wavespeed: Call) -> None:
    outcome = wavespeed("runNoThrow", "a calm sea at once", {"enableSyncMode": True})
    assert outcome["detail"]["status"] == "completed"
    [url] = outcome["outputs"]
    assert size_of(download(url)) == (512, 512)
    assert stack.simulator.stats().charges == 1


def test_wavespeed_base64_output_is_the_picture(wavespeed: Call) -> None:
    [output] = wavespeed("run", "a picture in place", enable_base64_output=True)["outputs"]
    assert size_of(base64.b64decode(output, validate=True)) == (512, 512)


@pytest.mark.parametrize("sync", [False, True])
def test_wavespeed_failing_task_is_told_with_its_error(stack: Stack, wavespeed: Call, sync: bool) -> None:
    stack.simulator.arm("fail", error_code=1200, message="flagged", count=None)
    thrown = wavespeed("run", f"a failing task, sync {sync}", {"enableSyncMode": sync})["thrown"]
    assert thrown["message"].startswith("Prediction failed (task_id: ")
    outcome = wavespeed("runNoThrow", f"another failing task, sync {sync}", {"enableSyncMode": sync})
    assert outcome["outputs"] is None
    assert outcome["detail"]["status"] == "failed"
    assert outcome["error"]["name"] == "WavespeedPredictionException"
    assert outcome["detail"]["taskId"] not in ("", "unknown")


def test_wavespeed_client_gives_up_at_its_own_timeout(stack: Stack, wavespeed: Call) -> None:
    stack.simulator.settings(inference_seconds=20)
    outcome = wavespeed("runNoThrow", "a slow river", {"timeout": 2})
    assert outcome["error"]["name"] == "WavespeedTimeoutException"
    assert stack.simulator.stats().submits_received == 1


def test_wavespeed_sync_timeout_names_the_task_that_goes_on(stack: Stack, wavespeed: Call) -> None:
    stack.simulator.settings(inference_seconds=stack.sync_wait_seconds + 3)
    outcome = wavespeed("runNoThrow", "a slow valley", {"enableSyncMode": True})
    assert outcome["error"]["name"] == "WavespeedSyncTimeoutException"
    assert outcome["detail"]["status"] == "processing"
    headers = {"authorization": f"Bearer {stack.state['api_key']}"}
    answer = httpx.get(outcome["detail"]["resultUrl"], headers=headers, trust_env=False).json()
    assert answer["data"]["id"] == outcome["detail"]["taskId"]
    assert answer["data"]["status"] in ("created", "processing")


def test_wavespeed_refused_request_is_not_sent_again(stack: Stack, wavespeed: Call) -> None:
    thrown = wavespeed("run", "an unknown size", size="1*1")["thrown"]
    assert thrown["name"] == "WavespeedSubmissionException"
    assert "HTTP 4" in thrown["message"]
    assert stack.simulator.stats().submits_received == 0


def test_openai_generates_an_address(stack: Stack, openai: Call) -> None:
    result = openai("images.generate", {"model": "dreamina-v3.1", "prompt": "a kite", "size": "768x512"})[
        "result"
    ]
    assert isinstance(result["created"], int)
    [image] = result["data"]
    assert size_of(download(image["url"])) == (768, 512)
    assert stack.simulator.stats().charges == 1


def test_openai_generates_two_different_pictures_as_base64(stack: Stack, openai: Call) -> None:
    asked = {"prompt": "two boats", "n": 2, "size": "512x512", "response_format": "b64_json"}
    first, second = openai("images.generate", asked)["result"]["data"]
    pictures = {base64.b64decode(image["b64_json"], validate=True) for image in (first, second)}
    assert len(pictures) == 2
    assert {size_of(picture) for picture in pictures} == {(512, 512)}
    assert stack.simulator.stats().charges == 2


def test_openai_lists_and_finds_models(openai: Call) -> None:
    listed = openai("models.list")["result"]["data"]
    assert {DREAMINA, SEEDREAM} <= {model["id"] for model in listed}
    found = openai("models.retrieve", DREAMINA)["result"]
    assert (found["id"], found["object"]) == (DREAMINA, "model")


@pytest.mark.parametrize(
    ("method", "argument", "client", "name", "status"),
    [
        ("images.generate", {"prompt": "x", "model": "dall-e-3"}, {}, "NotFoundError", 404),
        ("images.generate", {"prompt": "x", "size": "1x1"}, {}, "BadRequestError", 400),
        ("models.retrieve", "dall-e-3", {}, "NotFoundError", 404),
        ("models.retrieve", DREAMINA, {"apiKey": "dr_obviously-no-key"}, "AuthenticationError", 401),
    ],
)
def test_openai_errors_have_their_classes(
    stack: Stack, openai: Call, method: str, argument: Any, client: dict[str, str], name: str, status: int
) -> None:
    thrown = openai(method, argument, **client)["thrown"]
    assert (thrown["name"], thrown["status"]) == (name, status)
    assert thrown["type"]
    assert thrown["code"]
    assert thrown["requestID"]
    assert stack.simulator.stats().submits_received == 0


def test_openai_generation_slower_than_the_sync_wait_is_one_picture_and_one_charge(
    stack: Stack, openai: Call
) -> None:
    stack.simulator.settings(inference_seconds=stack.sync_wait_seconds + 2)
    [image] = openai("images.generate", {"prompt": "a slow glacier", "size": "512x512"})["result"]["data"]
    assert size_of(download(image["url"])) == (512, 512)
    stats = stack.simulator.stats()
    assert (stats.submits_received, stats.charges) == (1, 1)
