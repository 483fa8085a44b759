"""WaveSpeed's face: results, lists, deletions, models and prices."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from darkroom import adapters, wiring
from darkroom.jobs.account import Account
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from functional import jobs
from functional.conftest import Front
from functional.wavespeed_client import DREAMINA, SEEDREAM, Caller
from functional.wavespeed_types import DELETED, DELETED_COUNT, MODEL, PAGE, PREDICTION, PRICE
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


def listed(caller: Caller, **query: Any) -> list[str]:
    page = caller.data(PAGE, "POST", "/predictions", json=query)
    return [item["id"] for item in page["items"]]


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


def test_the_list_is_newest_first_in_pages(caller: Caller, rival: Caller) -> None:
    ids = [jobs.queued().id for _ in range(7)]
    assert listed(caller) == ids[::-1]
    assert [listed(caller, page=page, page_size=3) for page in (1, 2, 3, 4)] == [
        ids[:3:-1],
        ids[3:0:-1],
        ids[:1],
        [],
    ]
    assert listed(rival) == []
    page = caller.data(PAGE, "POST", "/predictions", json={"page": 2, "page_size": 3})
    assert (page["page"], page["page_size"]) == (2, 3)


def test_a_list_without_a_body_is_the_first_page(caller: Caller) -> None:
    job = jobs.queued()
    page = caller.data(PAGE, "POST", "/predictions")
    assert [(item["id"], item["input"]["prompt"]) for item in page["items"]] == [(job.id, job.request.prompt)]


def test_the_list_is_filtered_by_status_word_and_model(caller: Caller) -> None:
    queued, submitting, processing = jobs.queued(), jobs.submitting(), jobs.processing()
    done = jobs.completed(model=SEEDREAM)
    assert listed(caller, status="created") == [submitting.id, queued.id]
    assert listed(caller, status="processing") == [processing.id]
    assert listed(caller, model="seedream-v3.1") == [done.id]
    assert listed(caller, status="processing", model=SEEDREAM) == []
    assert len(listed(caller, status="", model="", created_after="")) == 4


def created(seconds_ago: float) -> Job:
    """A job that was accepted so long ago."""
    now = time.time() - seconds_ago
    acceptor = replace(wiring.acceptor(), clock=lambda: now)
    return acceptor.accept(Account("acme"), jobs.REQUEST).job


def test_the_list_goes_back_seven_days(caller: Caller) -> None:
    created(7 * DAY + 60)
    young = created(7 * DAY - 60)
    assert listed(caller) == [young.id]
    assert listed(caller, created_after=0) == [young.id]


@pytest.mark.parametrize("spell", ["rfc3339", "offset", "seconds", "text"])
def test_times_are_rfc_3339_or_unix_seconds(caller: Caller, spell: str) -> None:
    old, middle, new = created(3 * DAY), created(2 * DAY), created(DAY)
    after, before = (round(time.time() - days * DAY) for days in (2.5, 1.5))

    def spelt(at: int) -> object:
        utc = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
        shifted = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at + 7200))
        texts = {"rfc3339": utc + ".000000000Z", "offset": shifted + "+02:00", "text": str(at), "seconds": at}
        return texts[spell]

    assert listed(caller, created_after=spelt(after), created_before=spelt(before)) == [middle.id]
    assert listed(caller, created_after=spelt(after)) == [new.id, middle.id]
    assert listed(caller, created_before=spelt(before)) == [middle.id, old.id]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"page": 0}, "page"),
        ({"page": "1"}, "page"),
        ({"page": 1.5}, "page"),
        ({"page_size": 101}, "page_size"),
        ({"page": 101, "page_size": 100}, "at most 10000"),
        ({"status": "paused"}, "created, processing, completed, failed, cancelled"),
        ({"model": "dall-e"}, SEEDREAM),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_after": True}, "created_after"),
        ({"created_before": "2026-02-31T00:00:00Z"}, "created_before"),
        ({"created_before": "2026-02-01T00:00:00"}, "created_before"),
        ({"created_before": -1}, "created_before"),
        ({"created_before": 10**400}, "created_before"),
        ({"created_before": ["x"]}, "created_before: must be a time"),
        ({"cursor": "x"}, "unknown field"),
    ],
)
def test_a_bad_query_is_400_that_says_what_it_may_be(
    caller: Caller, query: dict[str, Any], says: str
) -> None:
    status, body = caller.refused("POST", "/predictions", json=query)
    assert (status, body["data"]) == (400, {"code": 1401})
    assert says in body["message"]


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


def test_the_models_come_with_their_schemas_and_a_price_where_it_is_known(
    caller: Caller, gateway: Front
) -> None:
    dreamina, seedream = caller.data([MODEL], "GET", "/models")
    assert (dreamina["model_id"], dreamina["base_price"]) == (DREAMINA, 0.027)
    assert "base_price" not in seedream
    [schema] = seedream["api_schema"]["api_schemas"]
    assert schema["server"] + schema["api_path"] == f"{gateway.base_url}/api/v3/{SEEDREAM}"
    assert schema["request_schema"]["required"] == ["prompt"]
    assert schema["request_schema"]["properties"]["prompt"]["maxLength"] == 800


def test_a_model_takes_what_its_schema_names(caller: Caller) -> None:
    [_, seedream] = caller.data([MODEL], "GET", "/models")
    schema = seedream["api_schema"]["api_schemas"][0]["request_schema"]
    defaults = {name: p["default"] for name, p in schema["properties"].items() if "default" in p}
    caller.data(PREDICTION, "POST", f"/{SEEDREAM}", json={"prompt": "a fern", **defaults})


@pytest.mark.parametrize("inputs", [None, {}, {"prompt": "a fern"}, {"size": "512*512", "seed": 3}])
def test_a_price_is_told_for_valid_inputs(caller: Caller, inputs: dict[str, Any] | None) -> None:
    body = {"model_id": DREAMINA, **({} if inputs is None else {"inputs": inputs})}
    assert caller.data(PRICE, "POST", "/model/price", json=body) == {
        "model_id": DREAMINA,
        "price": 0.027,
        "discounted_price": 0.027,
        "discount_rate": 0.0,
        "currency": "USD",
    }


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"model_id": SEEDREAM, "inputs": {}}, 422, "not known"),
        ({"model_id": "dall-e", "inputs": {}}, 404, SEEDREAM),
        ({"inputs": {}}, 400, "model_id: is required"),
        ({"model_id": DREAMINA, "inputs": []}, 400, "inputs"),
        ({"model_id": DREAMINA, "inputs": {"size": "1*1"}}, 400, "inputs.size"),
        ({"model_id": DREAMINA, "inputs": {"seed": "1"}}, 400, "inputs.seed"),
        ({"model_id": DREAMINA, "inputs": {"sise": "1"}}, 400, "unknown field; the fields are: size"),
    ],
)  # fmt: skip
def test_no_price_is_made_up(caller: Caller, body: dict[str, Any], status: int, says: str) -> None:
    given, refusal = caller.refused("POST", "/model/price", json=body)
    assert given == status
    assert says in refusal["message"]


def test_a_price_that_the_operator_stored_is_told(caller: Caller) -> None:
    adapters.prices().store({SEEDREAM: 24_000}, time.time())
    adapters.prices.cache_clear()
    price = caller.data(PRICE, "POST", "/model/price", json={"model_id": SEEDREAM, "inputs": {}})
    assert price["price"] == 0.024
    assert caller.data([MODEL], "GET", "/models")[1]["base_price"] == 0.024


@pytest.mark.parametrize("path", ["/nothing/here", "/predictions/job_1/nothing"])
def test_what_is_no_route_is_404(caller: Caller, path: str) -> None:
    assert caller.http.get(path).status_code == 404
