"""WaveSpeed's face: results and deletions."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from darkroom import adapters, wiring
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from functional import jobs
from functional.conftest import Front
from functional.wavespeed_client import Caller
from functional.wavespeed_types import DELETED, DELETED_COUNT, PAGE, PREDICTION
from memory.pictures import FakePicture

DAY = 24 * 3600.0


@pytest.fixture
def caller(gateway: Front) -> Iterator[Caller]:
    made = Caller(gateway.base_url, gateway.api_key)
    yield made
    made.http.close()


@pytest.fixture
def rival(gateway: Front) -> Iterator[Caller]:
    key = adapters.accounts_table().create_tenant("rival", time.time())
    made = Caller(gateway.base_url, key.api_key)
    yield made
    made.http.close()


def failed(code: ErrorCode = ErrorCode.UPSTREAM_FAILED, message: str = "It broke.") -> Job:
    job = jobs.processing()
    return adapters.jobs_table().save(job.failed(JobFailure(code, message), Billed.NO, time.time()))


def cancelled() -> Job:
    job = wiring.canceller().cancel("acme", jobs.queued().id)
    assert job is not None
    return job


def result(caller: Caller, job: Job) -> dict[str, Any]:
    data: dict[str, Any] = caller.data(PREDICTION, "GET", f"/predictions/{job.id}/result")
    return data


def listed(caller: Caller) -> list[str]:
    return [item["id"] for item in caller.data(PAGE, "POST", "/predictions")["items"]]


def current(job: Job) -> Job:
    found = adapters.jobs_table().get(job.tenant, job.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (jobs.queued, "created"),
        (jobs.submitting, "created"),
        (jobs.processing, "processing"),
        (jobs.completed, "completed"),
        (failed, "failed"),
        (cancelled, "cancelled"),
    ],
)
def test_each_state_has_wavespeeds_word_on_both_paths(
    caller: Caller, make: Callable[[], Job], word: str
) -> None:
    job = make()
    prediction = result(caller, job)
    assert prediction["status"] == word
    other = caller.data(PREDICTION, "GET", f"/predictions/{job.id}")
    assert {**other, "outputs": []} == {**prediction, "outputs": []}


def test_a_completed_one_has_addresses_that_are_signed_afresh(caller: Caller) -> None:
    prediction = result(caller, jobs.completed())
    [url] = prediction["outputs"]
    assert "X-Amz-Signature" in url
    assert prediction["has_nsfw_contents"] == [False]
    assert prediction["timings"] == {"inference": 6_000}


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (ErrorCode.MODERATION_REFUSED, 1200),
        (ErrorCode.UPSTREAM_REJECTED, 1401),
        (ErrorCode.UPSTREAM_CANCELLED, 1405),
        (ErrorCode.DEADLINE_EXCEEDED, 5004),
    ],
)
def test_a_failed_one_is_a_good_answer_that_says_why(caller: Caller, code: ErrorCode, number: int) -> None:
    prediction = result(caller, failed(code, "HTTP 502 from the model"))
    assert (prediction["status"], prediction["outputs"]) == ("failed", [])
    assert (prediction["error"], prediction["code"]) == ("HTTP 502 from the model", number)


def stored_inline(body: bytes) -> Job:
    job = jobs.completed(inline_output=True, webhook_url=None)
    adapters.images_bucket().put(job.outputs[0].key, FakePicture(body), job)
    return job


def test_whoever_asked_for_base64_gets_the_stored_picture_bare(caller: Caller) -> None:
    [text] = result(caller, stored_inline(b"the picture's bytes"))["outputs"]
    assert base64.b64decode(text, validate=True) == b"the picture's bytes"


def test_a_picture_too_large_for_an_answer_is_413_that_leads_to_its_address(
    caller: Caller, gateway: Front
) -> None:
    job = jobs.completed(inline_output=True, webhook_url=None)
    output = replace(job.outputs[0], size_bytes=5_000_000)
    job = adapters.jobs_table().save(replace(job, outputs=(output,)))
    status, body = caller.refused("GET", f"/predictions/{job.id}/result")
    assert (status, body["error_code"]) == (413, "output_too_large")
    assert f"{gateway.base_url}/v1/jobs/{job.id}" in body["message"]
    assert listed(caller) == [job.id]  # a list shows addresses


def test_a_picture_that_is_gone_is_said_to_be(caller: Caller) -> None:
    job = jobs.completed(inline_output=True, webhook_url=None)
    status, body = caller.refused("GET", f"/predictions/{job.id}/result")
    assert (status, body["error_code"]) == (404, "output_gone")


@pytest.mark.parametrize(("method", "end"), [("GET", "/result"), ("GET", ""), ("DELETE", "")])
def test_another_tenants_prediction_is_as_unknown_as_none(rival: Caller, method: str, end: str) -> None:
    theirs = rival.refused(method, f"/predictions/{jobs.completed().id}{end}")
    assert theirs == rival.refused(method, f"/predictions/job_unknown{end}")
    assert theirs[0] == 404


def test_what_runs_is_cancelled_by_deleting_it_and_says_so_to_whoever_waits(caller: Caller) -> None:
    job = jobs.processing()
    assert caller.data(DELETED, "DELETE", f"/predictions/{job.id}") == {"id": job.id, "status": "deleted"}
    assert result(caller, job)["status"] == "cancelled"
    assert listed(caller) == []
    assert (current(job).status, current(job).deleted) == (JobStatus.CANCELLED, True)


def test_what_has_ended_is_gone_for_this_face_and_kept_in_the_native_record(
    caller: Caller, gateway: Front
) -> None:
    job = jobs.completed()
    adapters.images_bucket().put(job.outputs[0].key, FakePicture(b"kept"), job)
    caller.data(DELETED, "DELETE", f"/predictions/{job.id}")
    status, body = caller.refused("GET", f"/predictions/{job.id}/result")
    assert (status, body["error_code"]) == (404, "job_not_found")
    assert listed(caller) == []
    native = caller.http.get(f"{gateway.base_url}/v1/jobs/{job.id}").json()
    assert native["status"] == "completed"
    assert adapters.images_bucket().read(job.outputs[0].key) == b"kept"


def test_deleting_again_is_harmless(caller: Caller) -> None:
    job = jobs.processing()
    for _ in range(2):
        caller.data(DELETED, "DELETE", f"/predictions/{job.id}")


def test_many_are_deleted_and_unknown_ones_do_not_count(caller: Caller, rival: Caller) -> None:
    own = [jobs.queued().id, jobs.completed().id, failed().id]
    theirs = jobs.queued("rival").id
    ids = [*own, own[0], theirs, "job_unknown", "not an id", "\u0000"]
    assert caller.data(DELETED_COUNT, "POST", "/predictions/delete", json={"ids": ids}) == {
        "deleted_count": 3
    }
    assert listed(caller) == []
    assert listed(rival) == [theirs]


@pytest.mark.parametrize("body", [{}, {"ids": "job_1"}, {"ids": [1]}, {"ids": ["x"] * 101}, {"id": []}])
def test_a_bad_deletion_is_refused(caller: Caller, body: dict[str, Any]) -> None:
    status, _ = caller.refused("POST", "/predictions/delete", json=body)
    assert status == 400


@pytest.mark.parametrize("path", ["/nothing/here", "/predictions/job_1/nothing"])
def test_what_is_no_route_is_404(caller: Caller, path: str) -> None:
    assert caller.http.get(path).status_code == 404


def test_the_accounts_own_data_has_its_types_too(caller: Caller) -> None:
    assert caller.data({"secret": str}, "GET", "/webhook/secret")["secret"].startswith("whsec_")
    caller.data({"balance": float}, "GET", "/balance")
