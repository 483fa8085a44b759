"""What is written again and again stays below 1 KB, whatever it holds: above it each write costs double.

The largest of each kind, through the real serialisers. Each is made of every field that its type has, so a
new field is missed here first. AccountsTable's items are in tests/contract/test_item_sizes.py, the gate's in
test_permit_items.py.
"""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.attributes import Item
from darkroom.aws.item_size import item_bytes as own_item_bytes
from darkroom.aws.job_items import result_item, state_item, stored_job
from darkroom.aws.joins import call_item
from darkroom.jobs.booking import Booking
from darkroom.jobs.delivery import KEPT_ATTEMPTS, KEPT_REPLAYS, Delivery, DeliveryAttempt, DeliveryStatus
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, JobStatus, StoredOutput, Terms
from darkroom.jobs.joins import OpenCall
from darkroom.jobs.request import ImageRequest
from darkroom.net.errors import NetworkFailure
from darkroom.usecases.store import MAX_OUTPUTS
from darkroom.wavespeed.document import error_text
from darkroom.wavespeed.failures import task_failure
from darkroom.webhooks.schedule import BASE_DELAYS_SECONDS
from unit.aws.test_job_items import jobs
from unit.aws.write_units import BYTES_A_UNIT, item_bytes

SCHEDULE = len(BASE_DELAYS_SECONDS)
AT = 1_795_173_841.203456
TENANT = "t" * 39
JOB_ID = "job_" + "z" * 26
LONGEST_WORD = max(NetworkFailure, key=len).value
DETAIL = "é" * 200
"""A header's text is cut at so many characters, of two bytes at most."""

REQUEST = ImageRequest(
    "bytedance/dreamina-v3.1/text-to-image", "p" * 2_000, 2048, 2048, webhook_url="https://a"
)
LARGEST_ATTEMPT: dict[str, Any] = {
    "id": "att_" + "z" * 16,
    "started_at": AT,
    "seed": 2_147_483_647,
    "permit_at": AT,
    "ambiguous": "HTTP 502, body too large, code 5003, no usable id",
    "key_version": "f" * 36,
}
LARGEST_OUTPUT: dict[str, Any] = {
    "key": f"outputs/{TENANT}/{JOB_ID}/9.webp",
    "content_type": "image/jpeg",
    "width": 16_383,
    "height": 16_383,
    "size_bytes": 25_000_000,
    "sha256": "f" * 64,
    "nsfw": False,
}
LARGEST_DELIVERY_ATTEMPT: dict[str, Any] = {
    "at": round(AT, 3),
    "duration_ms": 15_000,
    "status_code": None,
    "error": LONGEST_WORD,
    "detail": DETAIL,
    "response_hash": "e3b0c442",
}
LARGEST_DELIVERY: dict[str, Any] = {
    "status": DeliveryStatus.DELIVERED,
    "attempts": (DeliveryAttempt(**LARGEST_DELIVERY_ATTEMPT),) * KEPT_ATTEMPTS,
    "made": 999,
    "next_at": AT,
    "replays": ("m" * 8,) * KEPT_REPLAYS,
}
LARGEST_FAILURE: dict[str, Any] = {
    "code": max(ErrorCode, key=len),
    "message": task_failure("failed", None, error_text({"error": "\U0001f5bc" * 1_000})).message,
}
LARGEST_JOB: dict[str, Any] = {
    "id": JOB_ID,
    "tenant": TENANT,
    "request": REQUEST,
    "created_at": AT,
    "updated_at": AT,
    "terms": Terms(10**9, (TENANT, TENANT), own_upstream_key=True),
    "status": max(JobStatus, key=len),
    "revision": "r" * 12,
    "due_at": AT,
    "chain": 9_999,
    "waiting": False,  # it has not begun then: below
    "permit_at": None,  # its attempt has taken it over: below
    "attempt": Attempt(**LARGEST_ATTEMPT),
    "prediction_id": "p" * 128,
    "submitted_at": AT,
    "finished_at": AT,
    "inference_ms": 7 * 24 * 3_600_000,
    "outputs": (),
    "failure": None,
    "billed": Billed.UNKNOWN,
    "billed_at_end": Billed.UNKNOWN,
    "delivery": Delivery(**LARGEST_DELIVERY),
    "deleted": True,
    "booked": max(Booking, key=len),
}
LARGEST = Job(**LARGEST_JOB)
OUTPUT = StoredOutput(**LARGEST_OUTPUT)
USUAL_ID = "f" * 32
"""As upstream's are: 128 characters are taken."""


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Job, LARGEST_JOB),
        (Attempt, LARGEST_ATTEMPT),
        (StoredOutput, LARGEST_OUTPUT),
        (JobFailure, LARGEST_FAILURE),
        (Delivery, LARGEST_DELIVERY),
        (DeliveryAttempt, LARGEST_DELIVERY_ATTEMPT),
    ],
)
def test_a_new_field_is_given_its_largest_value_here(kind: Any, values: dict[str, Any]) -> None:
    assert values.keys() == {each.name for each in fields(kind)}


@pytest.mark.parametrize(
    "changes",
    [
        {"outputs": (OUTPUT,)},
        {"outputs": (OUTPUT,) * MAX_OUTPUTS},
        {"failure": JobFailure(**LARGEST_FAILURE)},
        {"failure": JobFailure(ErrorCode.CANCELLED, "The job was cancelled.")},
        *({"failure": JobFailure(LARGEST_FAILURE["code"], "m" * length)} for length in range(90, 140)),
    ],
)
def test_the_state_of_a_job_that_has_ended(changes: dict[str, Any]) -> None:
    assert_small(state_item(replace(LARGEST, **changes), 30))


def test_the_state_of_a_job_that_waits() -> None:
    before: dict[str, Any] = {
        "attempt": None,
        "prediction_id": None,
        "delivery": Delivery(),
        "waiting": True,
        "permit_at": AT,
    }
    assert_small(state_item(replace(LARGEST, **before), 30))


@given(job=jobs, message=st.text(max_size=2_000), output=st.integers(0, MAX_OUTPUTS))
def test_the_state_of_any_job(job: Job, message: str, output: int) -> None:
    failure = job.failure and replace(job.failure, message=message)
    assert_small(state_item(replace(job, failure=failure, outputs=(OUTPUT,) * output), 30))


def test_an_open_call_that_a_repeat_may_join() -> None:
    largest: dict[str, Any] = {
        "tenant": TENANT,
        "fingerprint": "f" * 32,
        "group": "g" * 32,
        "started_at": AT,
        "posted_at": AT,
        "leased_until": AT,
        "answered_at": AT,
        "refused_at": AT,
        "retries": 999_999,
        "failed": True,
        "revision": "r" * 12,
    }
    assert largest.keys() == {each.name for each in fields(OpenCall)}
    assert_small(call_item(OpenCall(**largest)))


def test_one_picture_stands_in_the_state_and_so_costs_no_write_of_its_own() -> None:
    assert result_item(replace(LARGEST, outputs=(OUTPUT,)), 30) is None
    assert result_item(replace(LARGEST, outputs=(OUTPUT,) * 2), 30) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"outputs": (OUTPUT,)},
        {"failure": JobFailure(**LARGEST_FAILURE)},
        {"outputs": (OUTPUT,) * MAX_OUTPUTS},
    ],
)
def test_a_whole_schedule_of_attempts_is_kept_where_upstreams_id_is_as_long_as_they_are(
    changes: dict[str, Any],
) -> None:
    """On the stack's key, without a doubt and replays, all else as long as it gets."""
    attempt = Attempt(**{**LARGEST_ATTEMPT, "ambiguous": None, "key_version": None})
    job = replace(LARGEST, prediction_id=USUAL_ID, attempt=attempt, **changes)
    answered = DeliveryAttempt(round(AT, 3), 15_000, 503, "http_status", None, "e3b0c442")
    for each in (answered, DeliveryAttempt(round(AT, 3), 15_000, None, LONGEST_WORD)):
        attempts = (each,) * SCHEDULE
        assert kept_attempts(job.deliver(replace(job.delivery, attempts=attempts, replays=()))) == attempts


def test_details_go_before_attempts_and_those_of_the_oldest_first() -> None:
    told = DeliveryAttempt(AT, 87, 302, "redirect", "https://www.example.com/" + "a" * 60, "e3b0c442")
    attempts = tuple(replace(told, at=float(number)) for number in range(1_000, 1_000 + SCHEDULE))
    plain = replace(LARGEST, prediction_id=USUAL_ID, attempt=None, outputs=(OUTPUT,))
    kept = kept_attempts(plain.deliver(replace(plain.delivery, attempts=attempts, replays=())))
    assert [attempt.at for attempt in kept] == [attempt.at for attempt in attempts]
    details = [attempt.detail for attempt in kept]
    assert details[0] is None
    assert details[-1] == told.detail
    assert details == sorted(details, key=lambda detail: detail is not None)


def test_the_very_largest_state_still_shows_the_latest_attempt() -> None:
    job = replace(LARGEST, outputs=(OUTPUT,))
    last = replace(job.delivery.attempts[-1], at=round(AT + 60, 3))
    kept = kept_attempts(job.deliver(replace(job.delivery, attempts=(*job.delivery.attempts, last))))
    assert kept[-1] == replace(last, detail=None)


@given(job=jobs)
def test_the_room_is_reckoned_as_it_is_charged(job: Job) -> None:
    assert own_item_bytes(state_item(job, 30)) == item_bytes(state_item(job, 30))


def kept_attempts(job: Job) -> tuple[DeliveryAttempt, ...]:
    state = state_item(job, 30)
    assert_small(state)
    found = stored_job(job.request, job.terms, state, result_item(job, 30) or state)
    assert found.delivery.made == job.delivery.made
    return found.delivery.attempts


def assert_small(item: Item) -> None:
    assert item_bytes(item) < BYTES_A_UNIT
