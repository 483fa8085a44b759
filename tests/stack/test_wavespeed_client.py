"""WaveSpeed's official Python client, unmodified from PyPI: only its base URL is ours."""

import base64
import hashlib
import json
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from wavespeed import Client  # type: ignore[import-untyped]  # it ships no types

from functional.wavespeed_client import Caller
from functional.wavespeed_types import (
    DELETED,
)
from stack.conftest import DREAMINA, SEEDREAM, Stack

SIZE = "512*512"


@pytest.fixture
def client(stack: Stack) -> Client:
    return Client(stack.state["api_key"], stack.state["api_url"], retry_interval=0.5)


@pytest.fixture
def caller(stack: Stack) -> Iterator[Caller]:
    made = Caller(stack.state["api_url"], stack.state["api_key"])
    yield made
    made.http.close()


def an_input(prompt: str, **fields: Any) -> dict[str, Any]:
    return {"prompt": prompt, "size": SIZE, **fields}


def sha256_at(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return hashlib.sha256(answer.read()).hexdigest()


def longest_hold(stack: Stack) -> float:
    """The stack's own setting, in seconds."""
    [described] = stack.client("cloudformation").describe_stacks(StackName=stack.state["stack_name"])[
        "Stacks"
    ]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    return float(given["SyncWaitSeconds"])


def only_job(stack: Stack) -> dict[str, Any]:
    """The newest, whose only POST upstream has had."""
    assert stack.simulator.stats().submits_received == 1
    job: dict[str, Any] = stack.api.page(limit=1)["data"][0]
    return job


@pytest.mark.parametrize("model", [DREAMINA, SEEDREAM, "seedream-v3.1"])
def test_run_leads_to_the_stored_picture(stack: Stack, client: Client, model: str) -> None:
    result = client.run(model, an_input("a paper boat on a still lake"), poll_interval=0.2)
    [url] = result["outputs"]
    job = only_job(stack)
    assert sha256_at(url) == job["outputs"][0]["sha256"]
    assert job["input"]["size"] == SIZE


def test_a_sync_run_is_one_request(stack: Stack, client: Client) -> None:
    result = client.run(DREAMINA, an_input("a red kite over dunes"), enable_sync_mode=True)
    assert sha256_at(result["outputs"][0]) == only_job(stack)["outputs"][0]["sha256"]


@pytest.mark.parametrize("is_sync", [False, True])
def test_base64_comes_bare(stack: Stack, client: Client, is_sync: bool) -> None:
    asked = an_input("a fern uncurling", enable_base64_output=True)
    result = client.run(DREAMINA, asked, enable_sync_mode=is_sync, poll_interval=0.2)
    picture = base64.b64decode(result["outputs"][0], validate=True)
    assert hashlib.sha256(picture).hexdigest() == only_job(stack)["outputs"][0]["sha256"]


@pytest.mark.parametrize("is_sync", [False, True])
def test_run_no_throw_tells_of_the_end(stack: Stack, client: Client, is_sync: bool) -> None:
    good = client.run_no_throw(
        DREAMINA, an_input("a lantern in fog"), enable_sync_mode=is_sync, poll_interval=0.2
    )
    assert (good["status"], good["error"], len(good["outputs"])) == ("completed", None, 1)
    stack.simulator.arm("fail", error_code=1200, message="not that one")
    bad = client.run_no_throw(DREAMINA, an_input("a bad end"), enable_sync_mode=is_sync, poll_interval=0.2)
    assert (bad["status"], bad["outputs"]) == ("failed", None)
    assert "not that one" in bad["error"]
    assert stack.api.job(bad["task_id"])["error_code"] == "moderation_refused"


@pytest.mark.parametrize("is_sync", [False, True])
def test_a_failing_task_raises_and_is_not_run_again(stack: Stack, client: Client, is_sync: bool) -> None:
    stack.simulator.arm("fail", message="no such luck")
    with pytest.raises(RuntimeError, match=r"Prediction failed .*no such luck"):
        client.run(DREAMINA, an_input("a coin"), max_retries=3, enable_sync_mode=is_sync, poll_interval=0.2)
    assert only_job(stack)["status"] == "failed"


def test_a_task_that_failed_by_the_models_5xx_is_run_again_where_that_is_asked_for(
    stack: Stack, client: Client
) -> None:
    stack.simulator.arm("fail", message="HTTP 502 from the model")
    result = client.run(DREAMINA, an_input("a second chance"), max_retries=1, poll_interval=0.2)
    assert len(result["outputs"]) == 1
    assert stack.simulator.stats().submits_by_prompt == {"a second chance": 2}


def test_a_sync_run_that_takes_too_long_names_the_task_and_its_result_is_found_later(
    stack: Stack, client: Client
) -> None:
    stack.simulator.arm("slow_inference", seconds=longest_hold(stack) + 3)
    with pytest.raises(RuntimeError, match=r"Sync mode timed out \(task_id: job_") as raised:
        client.run(DREAMINA, an_input("a slow dawn"), enable_sync_mode=True)
    [task_id] = re.findall(r"task_id: ([^)]+)\)", str(raised.value))
    [url] = re.findall(r"at: (\S+)$", str(raised.value))
    assert url == f"{stack.state['api_url']}/api/v3/predictions/{task_id}/result"
    assert client.get_result(task_id)["data"]["status"] == "processing"
    assert stack.api.finished(task_id)["status"] == "completed"
    assert len(client.get_result(task_id)["data"]["outputs"]) == 1
    assert only_job(stack)["id"] == task_id


@pytest.mark.parametrize("is_sync", [False, True])
def test_a_refused_submit_is_never_repeated(stack: Stack, client: Client, is_sync: bool) -> None:
    for asked, says in (
        (an_input(" "), "prompt: must not be empty"),
        ({"size": SIZE}, "prompt: is required"),
    ):
        with pytest.raises(RuntimeError, match=f"HTTP 400.*{says}"):
            client.run(DREAMINA, asked, enable_sync_mode=is_sync, max_retries=3)
    with pytest.raises(RuntimeError, match=r"HTTP 404.*bytedance/seedream-v3\.1"):
        client.run("wavespeed-ai/flux-dev", an_input("a cat"), max_retries=3)
    assert stack.simulator.stats().submits_received == 0


@contextmanager
def query_denied(stack: Stack) -> Iterator[None]:
    """The reading function loses its rights: each of its answers is a 5xx."""
    iam, name = stack.client("iam"), "query"
    role = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.state["stack_name"], LogicalResourceId="QueryRole"
    )["StackResourceDetail"]["PhysicalResourceId"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def test_results_are_asked_for_again_while_the_answer_is_a_5xx(
    stack: Stack, client: Client, caller: Caller
) -> None:
    job = stack.submit("a short outage")
    stack.api.finished(job["id"])
    client.retry_interval = 1.0
    with ThreadPoolExecutor(1) as pool:
        with query_denied(stack):
            assert caller.http.get(f"/predictions/{job['id']}/result").status_code >= 500
            answer = pool.submit(client.get_result, job["id"])
            time.sleep(0.5)
            assert not answer.done()
        assert answer.result(timeout=20)["data"]["status"] == "completed"


def test_whoever_waits_for_a_prediction_that_is_deleted_comes_to_an_end(
    stack: Stack, client: Client, caller: Caller
) -> None:
    stack.simulator.arm("slow_inference", seconds=60)
    request_id, _ = client._submit(DREAMINA, an_input("an abandoned boat"))
    assert request_id is not None
    deletion = threading.Timer(0.5, caller.data, (DELETED, "DELETE", f"/predictions/{request_id}"))
    deletion.start()
    with pytest.raises(RuntimeError, match=r"Prediction cancelled .*The job was cancelled"):
        client._wait(request_id, timeout=20, poll_interval=0.2)
    deletion.join()
    assert stack.api.job(request_id)["status"] == "cancelled"
