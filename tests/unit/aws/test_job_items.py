"""A job as its items: nothing is lost on the way. How large they become is test_item_sizes's."""

from dataclasses import fields, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.job_items import (
    created_key,
    is_job_id,
    job_key,
    request_item,
    result_item,
    result_key,
    state_item,
    stored_job,
    stored_request,
    stored_terms,
)
from darkroom.jobs.booking import Booking
from darkroom.jobs.delivery import Delivery, DeliveryAttempt
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.ids import new_job_id
from darkroom.jobs.job import Attempt, Billed, Job, JobStatus, StoredOutput, Terms
from darkroom.jobs.request import ImageRequest, Priority, WebhookFormat
from darkroom.net.errors import NetworkFailure
from darkroom.ports import JobKey
from memory.jobs import a_job
from unit.aws.write_units import item_bytes

times = st.floats(1e9, 4e9)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
words = st.sampled_from([*NetworkFailure, "redirect", "http_status", "url_refused"]).map(str)
ids = st.from_regex(r"[a-z0-9_]{1,30}", fullmatch=True)
jobs = st.builds(
    Job,
    id=ids,
    tenant=st.from_regex(r"[a-z0-9][a-z0-9-]{1,38}", fullmatch=True),
    request=st.builds(
        ImageRequest,
        prompt=texts,
        webhook_url=st.none() | texts,
        metadata=st.dictionaries(texts, texts, max_size=3),
        tag=st.none() | texts,
        webhook_format=st.sampled_from(WebhookFormat),
        inline_output=st.booleans(),
        part=st.none() | texts,
        priority=st.sampled_from(Priority),
    ),
    created_at=times,
    updated_at=times,
    terms=st.builds(
        Terms,
        st.none() | st.integers(0, 10**9),
        st.lists(st.text("ab-", min_size=1)).map(tuple),
        st.booleans(),
    ),
    status=st.sampled_from(JobStatus),
    revision=ids,
    due_at=st.none() | times,
    chain=st.integers(0, 99),
    waiting=st.booleans(),
    permit_at=st.none() | times,
    attempt=st.none()
    | st.builds(Attempt, id=ids, started_at=times, permit_at=st.none() | times, ambiguous=st.none() | texts),
    prediction_id=st.none() | texts,
    submitted_at=st.none() | times,
    finished_at=st.none() | times,
    inference_ms=st.none() | st.integers(0, 10**7),
    outputs=st.lists(
        st.builds(StoredOutput, key=texts.filter(lambda key: key[:1] != "/"), nsfw=st.none() | st.booleans()),
        max_size=2,
    ).map(tuple),
    failure=st.none() | st.builds(JobFailure, message=texts),
    billed=st.sampled_from(Billed),
    billed_at_end=st.none() | st.sampled_from(Billed),
    delivery=st.builds(
        Delivery,
        attempts=st.lists(
            st.builds(
                DeliveryAttempt,
                at=st.integers(10**12, 4 * 10**12).map(lambda ms: ms / 1000),
                duration_ms=st.integers(0, 15_000),
                status_code=st.none() | st.integers(100, 599),
                error=st.none() | words,
                detail=st.none() | texts,
                response_hash=st.none() | st.just("e3b0c442"),
            ),
            max_size=2,
        ).map(tuple),
        next_at=st.none() | times,
        replays=st.lists(texts, max_size=2).map(tuple),
    ),
    deleted=st.booleans(),
    booked=st.none() | st.sampled_from(Booking),
)


def as_stored(job: Job) -> Job:
    request = request_item(job, retention_days=30)
    state, result = state_item(job, retention_days=30), result_item(job, retention_days=30)
    key = result_key(state)
    assert (key is None) == (result is None)
    assert result is None or result.items() >= (key or {}).items()
    return stored_job(stored_request(request), stored_terms(request), state, result)


@given(job=jobs)
def test_a_job_survives_its_items(job: Job) -> None:
    found = as_stored(job)
    assert found == job
    assert type(found.status) is JobStatus
    assert type(found.created_at) is float


@given(job=jobs)
def test_what_was_asked_for_stands_in_the_request_alone(job: Job) -> None:
    state = state_item(job, retention_days=30)
    own = {
        "model",
        "prompt",
        "webhook_url",
        "metadata",
        "tag",
        "price_microusd",
        "payers",
        "tenant",
        "created",
    }
    assert not own & state.keys()


def test_a_job_that_nothing_is_due_for_is_in_no_index_of_the_due() -> None:
    assert not {"due", "due_at"} & state_item(a_job(), 30).keys()
    due = state_item(a_job(due_at=99.5), 30)
    assert (due["due"], due["due_at"]) == ({"S": "1"}, {"N": "99.5"})


def test_only_a_job_that_waits_is_in_the_index_of_the_backlog() -> None:
    assert not {"backlog", "place"} & state_item(a_job(), 30).keys()
    waiting = state_item(a_job(waiting=True, priority=Priority.HIGH, created_at=9.5), 30)
    assert waiting["backlog"] == {"S": "default"}
    assert waiting["place"] == {"S": f"acme#0#0000000009500#{a_job().id}"}


def test_the_backlog_of_a_tenants_own_key_is_its_own() -> None:
    job = a_job(waiting=True, terms=Terms(None, own_upstream_key=True))
    assert state_item(job, 30)["backlog"] == {"S": "tenant/acme"}


def test_both_items_expire_together_after_the_retention() -> None:
    job = a_job(created_at=1_000.5)
    expected = {"N": str(1_000 + 30 * 86_400)}
    assert request_item(job, 30)["expires_at"] == state_item(job, 30)["expires_at"] == expected


def test_a_key_is_split_where_the_tenant_ends() -> None:
    assert job_key(state_item(a_job(tenant="a-b"), 30)) == JobKey("a-b", a_job().id)


def test_created_keys_sort_by_time_and_a_bare_one_stands_before_its_millisecond() -> None:
    keys = [
        created_key(9.0, "job_z"),
        created_key(1_760_000_000.123, "job_a"),
        created_key(1_760_000_000.124),
    ]
    assert keys == sorted(keys)
    assert created_key(1_760_000_000.123) < keys[1]


def test_ids_of_both_makings_can_be_looked_up_and_junk_can_t() -> None:
    assert is_job_id(new_job_id())
    assert not any(map(is_job_id, ("", "a#b", "a" * 65, "é", "a\n", "a b", "../a")))


def test_the_state_doesn_t_grow_with_the_prompt() -> None:
    short, long = (state_item(a_job(prompt="x" * length), 30) for length in (1, 2_000))
    assert item_bytes(short) == item_bytes(long)


def test_what_is_not_stored_of_a_request_means_what_it_always_meant() -> None:
    usual = ImageRequest(
        model="bytedance/seedream-v3.1",
        prompt="a red bicycle",
        width=1024,
        height=1024,
        seed=-1,
        enable_prompt_expansion=True,
        webhook_url=None,
        metadata={},
        tag=None,
        deadline_seconds=3600,
        webhook_format=WebhookFormat.EVENT,
        inline_output=False,
        part=None,
        priority=Priority.NORMAL,
    )
    stored = request_item(a_job(request=usual), 30)
    assert {"model", "prompt", "width", "height"} == stored.keys() & {each.name for each in fields(usual)}
    assert stored_request(stored) == usual


def test_a_picture_is_named_by_what_follows_the_jobs_own_folder() -> None:
    job = a_job()
    outputs = tuple(
        StoredOutput(key, "image/png", 512, 512, 9, "ab" * 32)
        for key in (f"outputs/acme/{job.id}/0.png", "elsewhere/0.png")
    )
    [first, second] = output_values(replace(job, outputs=outputs))
    assert (first["key"], second["key"]) == ({"S": "/0.png"}, {"S": "elsewhere/0.png"})


def output_values(job: Job) -> list[Any]:
    item = result_item(job, 30) or state_item(job, 30)
    return [output["M"] for output in item["outputs"]["L"]]


def test_another_result_of_the_same_job_is_another_item() -> None:
    """Who loses the race to end the job must not change what the winner's state names."""
    keys = [result_key(state_item(a_job(failure=a_long_failure(text)), 30)) for text in ("one", "two", "one")]
    assert keys[0] == keys[2] != keys[1]
    assert None not in keys


def a_long_failure(text: str) -> JobFailure:
    return JobFailure(ErrorCode.UPSTREAM_FAILED, f"{text} " * 60)
