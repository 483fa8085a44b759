"""AIgateway's client on the deployed stack: jobs, files, models, and what is not offered."""

import hashlib
import time
from collections.abc import Iterator

import httpx
import pytest

from stack import aigateway_calls
from stack.aigateway_calls import VARIANTS, Call, Calling, refusal
from stack.conftest import DREAMINA, SEEDREAM, Stack

FAST = {"timeout_seconds": 40.0, "poll_interval_seconds": 0.2}
CREATIONS = ("jobs.create_video", "jobs.create_music", "jobs.create_3d", "evals.create", "replays.run")
UNKNOWN = ("evals.list", "replays.list")


@pytest.fixture(params=VARIANTS, ids=["sync", "async"])
def calling(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Calling]:
    with aigateway_calls.calling(request.param, stack) as calling:
        yield calling


@pytest.fixture
def call(calling: Calling, stack: Stack) -> Call:
    return calling(stack.state["api_key"])


def test_a_job_is_waited_for_until_it_is_completed(stack: Stack, call: Call) -> None:
    submitted = stack.submit("a harbour at first light", webhook_url=None)
    job = call("jobs.wait", submitted["id"], **FAST)
    assert (job.id, job.status, job.modality, job.model) == (submitted["id"], "completed", "image", DREAMINA)
    assert type(job.created_at) is type(job.updated_at) is int
    assert job.error is None
    assert job.result_url == job.raw["outputs"][0]["url"]
    assert job.result["data"] == [{"url": job.result_url}]
    assert call("jobs.get", submitted["id"]).status == "completed"


def test_a_failed_job_says_why(stack: Stack, call: Call) -> None:
    stack.simulator.arm("fail", error_code=1200, message="flagged")
    job = call("jobs.wait", stack.submit("a failing job", webhook_url=None)["id"], **FAST)
    assert job.status == "failed"
    assert isinstance(job.error, str)
    assert job.error


def test_a_cancelled_job_ends_the_wait_as_failed(stack: Stack, call: Call) -> None:
    stack.simulator.settings(inference_seconds=20)
    job_id = stack.submit("a slow sunrise", webhook_url=None)["id"]
    for method in ("jobs.cancel", "jobs.get", "jobs.wait", "jobs.cancel"):
        job = call(method, job_id)
        assert (job.id, job.status, job.error) == (job_id, "failed", "cancelled")
    assert stack.api.job(job_id)["status"] == "cancelled"


def test_a_job_that_runs_is_queued_or_processing(stack: Stack, call: Call) -> None:
    stack.simulator.settings(inference_seconds=20)
    job_id = stack.submit("a slow tide", webhook_url=None)["id"]
    seen, ends_at = set(), time.monotonic() + 10
    while "processing" not in seen and time.monotonic() < ends_at:
        seen.add(call("jobs.get", job_id).status)
    assert "processing" in seen
    assert seen <= {"queued", "processing"}
    call("jobs.cancel", job_id)


def test_an_unknown_job_and_one_that_has_ended_are_errors_with_their_types(stack: Stack, call: Call) -> None:
    for method in ("jobs.get", "jobs.cancel"):
        assert refusal(call, method, "job_unknown") == (404, "not_found")
    done = stack.api.finished(stack.submit("an early end", webhook_url=None)["id"])
    assert refusal(call, "jobs.cancel", done["id"]) == (409, "invalid_request_error")


def test_a_picture_is_downloaded_and_its_signed_link_opens_without_a_key(stack: Stack, call: Call) -> None:
    done = stack.api.finished(stack.submit("a mill by a brook", webhook_url=None)["id"])
    [output] = done["outputs"]
    file = output["s3_uri"].rsplit("/", 1)[1]
    signed = call("files.signed_url", done["id"], file, expires_in=120)
    assert signed.keys() == {"url", "expires_at"}
    assert 100 < signed["expires_at"] - time.time() <= 120
    opened = httpx.get(signed["url"], follow_redirects=True, trust_env=False)
    for picture in (opened.content, call("files.download", done["id"], file)):
        assert hashlib.sha256(picture).hexdigest() == output["sha256"]


def test_files_that_are_none_are_not_found(stack: Stack, call: Call) -> None:
    done = stack.api.finished(stack.submit("a lone oak", webhook_url=None)["id"])
    for method in ("files.download", "files.signed_url"):
        assert refusal(call, method, done["id"], "9.jpg") == (404, "not_found")
        assert refusal(call, method, "job_unknown", "0.jpg") == (404, "not_found")
    for seconds in (59, 604_801):
        wrong = refusal(call, "files.signed_url", done["id"], "0.jpg", expires_in=seconds)
        assert wrong == (422, "invalid_request_error")


def test_a_picture_keeps_its_type_whatever_is_accepted(stack: Stack) -> None:
    """Media types are negotiated by the gateway; text must stay text, and pictures bytes."""
    done = stack.api.finished(stack.submit("a barn owl", webhook_url=None)["id"])
    path = f"/v1/files/jobs/{done['id']}/0.jpg"
    for accept in ("application/json", "image/webp,image/*;q=0.8", "*/*", "text/plain"):
        picture = stack.api.http.get(path, headers={"accept": accept})
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.headers["etag"] == f'"{hashlib.sha256(picture.content).hexdigest()}"'
        assert picture.headers["x-content-type-options"] == "nosniff"
        assert picture.headers["x-request-id"]
        record = stack.api.http.get(f"/v1/jobs/{done['id']}", headers={"accept": accept})
        assert record.headers["content-type"] == "application/json"
        assert record.json()["id"] == done["id"]


def test_a_picture_comes_without_a_word_on_what_is_accepted(stack: Stack) -> None:
    done = stack.api.finished(stack.submit("a grey seal", webhook_url=None)["id"])
    with httpx.Client(base_url=stack.state["api_url"], trust_env=False) as client:
        del client.headers["accept"]  # as Go's client, which follows redirects
        headers = {"authorization": f"Bearer {stack.state['api_key']}"}
        led = client.get(f"/v1/files/jobs/{done['id']}/0.jpg", headers=headers)
        picture = client.get(led.headers["location"])
    assert led.status_code == 302
    assert hashlib.sha256(picture.content).hexdigest() == done["outputs"][0]["sha256"]


def test_models_are_listed_filtered_and_found(call: Call) -> None:
    assert {model["id"] for model in call("models.list")} == {DREAMINA, SEEDREAM}
    assert call("models.list", modality="image", provider="bytedance") == call("models.list")
    assert call("models.list", modality="video") == []
    assert call("models.list", provider="nobody") == []
    assert call("models.get", DREAMINA)["pricing"] == {"usd_per_image": 0.027}
    assert call("models.get", "bytedance/bytedance-dreamina-v3.1-text-to-image")["id"] == DREAMINA
    assert refusal(call, "models.get", "bytedance/unknown") == (404, "not_found")


def test_what_is_not_offered_is_a_clean_error(call: Call) -> None:
    for method in CREATIONS:
        assert refusal(call, method, prompt="a short film") == (404, "not_found")
    for method in UNKNOWN:
        assert refusal(call, method) == (404, "not_found")


def test_a_wrong_key_is_an_authentication_error(calling: Calling) -> None:
    stranger = calling("dr_obviously-no-key")
    for method, *arguments in (("jobs.get", "job_x"), ("models.list",), ("files.download", "job_x", "0.jpg")):
        assert refusal(stranger, method, *arguments) == (401, "authentication_error")
