"""WaveSpeed's face: sync mode, and the repeats of clients that don't say that they repeat."""

import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from darkroom import adapters, wiring
from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from darkroom.jobs.joins import OpenCall, call_fingerprint
from functional.conftest import Front
from functional.images import all_jobs
from functional.throttled import throttle
from functional.wavespeed_client import DREAMINA, Caller
from functional.wavespeed_types import PREDICTION

HOOK = "https://hooks.example.com/wavespeed"
BODY = {"prompt": "a lighthouse at dusk"}


@pytest.fixture
def caller(gateway: Front) -> Iterator[Caller]:
    made = Caller(gateway.base_url, gateway.api_key)
    yield made
    made.http.close()


@pytest.fixture
def old_caller(gateway: Front) -> Iterator[Caller]:
    made = Caller(gateway.base_url, gateway.api_key, client_name=None)
    yield made
    made.http.close()


def submit(caller: Caller, model: str = DREAMINA, **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = caller.data(PREDICTION, "POST", f"/{model}", json={**BODY, **fields})
    return data


def test_sync_mode_answers_with_the_picture(caller: Caller, gateway: Front) -> None:
    with gateway.workers.busy():
        prediction = submit(caller, enable_sync_mode=True, size="512*512")
    assert (prediction["status"], prediction["code"], prediction["error"]) == ("completed", 0, "")
    assert "X-Amz-Signature" in prediction["outputs"][0]


def test_sync_mode_answers_a_failure_with_200(caller: Caller, gateway: Front) -> None:
    gateway.workers.simulator.arm("fail", error_code=1200, message="not that")
    with gateway.workers.busy():
        prediction = submit(caller, enable_sync_mode=True, size="512*512")
    assert (prediction["status"], prediction["outputs"], prediction["code"]) == ("failed", [], 1200)
    assert "moderation refused" in prediction["error"]


@pytest.fixture
def short_hold(workers: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """To be asked for ahead of the gateway, which reads the settings."""
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "0.3")


@pytest.mark.usefixtures("short_hold")
def test_a_hold_that_is_too_short_says_so_with_200_and_the_id(short_hold: None, caller: Caller) -> None:
    prediction = submit(caller, enable_sync_mode=True)
    assert (prediction["status"], prediction["code"]) == ("processing", 5004)
    assert "Sync mode timed out" in prediction["error"]
    found = caller.data(PREDICTION, "GET", f"/predictions/{prediction['id']}/result")
    assert found["status"] == "created"


@pytest.mark.parametrize("client_name", ["test", None])
def test_a_throttled_hold_answers_with_the_id_of_what_is_paid_for(
    short_hold: None, gateway: Front, monkeypatch: pytest.MonkeyPatch, client_name: str | None
) -> None:
    caller = Caller(gateway.base_url, gateway.api_key, client_name)
    with monkeypatch.context() as patch, caller.http:
        throttle(patch, adapters.jobs_table(), "get")
        prediction = submit(caller, enable_sync_mode=True)
    [job] = all_jobs()
    assert (prediction["id"], prediction["code"]) == (job.id, 5004)


@pytest.mark.parametrize(("is_sync", "code"), [(True, 5004), (False, 0)])
def test_a_picture_that_cant_be_read_for_the_moment_is_asked_for_again(
    short_hold: None,
    caller: Caller,
    gateway: Front,
    monkeypatch: pytest.MonkeyPatch,
    is_sync: bool,
    code: int,
) -> None:
    caller.http.headers["idempotency-key"] = "order-1"
    wanted: dict[str, Any] = {"enable_sync_mode": is_sync, "enable_base64_output": True, "size": "512*512"}
    submit(caller, **wanted)
    [job] = all_jobs()
    gateway.workers.run(job)
    with monkeypatch.context() as patch:
        throttle(patch, adapters.images_bucket(), "read")
        prediction = submit(caller, **wanted)
    assert (prediction["id"], prediction["status"], prediction["code"]) == (job.id, "processing", code)
    found = caller.data(PREDICTION, "GET", f"/predictions/{job.id}/result")
    assert found["status"] == "completed"


def left_open(posted_seconds_ago: float, answered: bool = False) -> Job:
    """A call of an older client with its job, whose handler has not come to an end."""
    now = time.time()
    request = stored_request()
    at = now - posted_seconds_ago
    call = OpenCall("acme", call_fingerprint([request]), "group", at, at, at + 18)
    if answered:
        call = replace(call, answered_at=at + 0.1)
    adapters.joins().add(call)
    return wiring.acceptor().accept(Account("acme"), request, call.key(1)).job


def stored_request() -> Any:
    from darkroom.faces.wavespeed.submission import read_submission
    from darkroom.settings import settings

    submission = read_submission(DREAMINA, b'{"prompt": "a lighthouse at dusk"}', None, None, settings(), "")
    return submission.request


def test_an_old_clients_repeat_of_a_post_it_gave_up_joins_its_job(old_caller: Caller) -> None:
    job = left_open(posted_seconds_ago=10)
    assert submit(old_caller)["id"] == job.id


@pytest.mark.parametrize(("seconds_ago", "answered"), [(3, False), (10, True), (2000, False)])
def test_an_equal_post_that_is_no_repeat_is_a_job_of_its_own(
    old_caller: Caller, seconds_ago: float, answered: bool
) -> None:
    job = left_open(seconds_ago, answered)
    assert submit(old_caller)["id"] != job.id


def test_who_says_who_it_is_repeats_nothing_unasked(caller: Caller) -> None:
    job = left_open(posted_seconds_ago=10)
    assert submit(caller)["id"] != job.id


def test_an_old_client_is_held_too(old_caller: Caller, gateway: Front) -> None:
    with gateway.workers.busy():
        prediction = submit(old_caller, enable_sync_mode=True, size="512*512")
    assert prediction["status"] == "completed"


def test_parallel_posts_of_an_old_client_are_variants(old_caller: Caller) -> None:
    assert len({submit(old_caller)["id"] for _ in range(3)}) == 3


def test_a_cold_start_takes_nothing_from_an_old_clients_ten_seconds(
    old_caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its POST came in 7.5 s before the handler did: it is held for the rest of the 8 s alone."""
    earlier = SimpleNamespace(time=lambda: time.time() - 7.5)
    monkeypatch.setattr("functional.gateway_events.time", earlier)
    started = time.monotonic()
    assert submit(old_caller, enable_sync_mode=True)["code"] == 5004
    assert time.monotonic() - started < 4
