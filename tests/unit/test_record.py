"""The record shows every state truthfully; the event's body stays the same however the delivery goes."""

import json
from dataclasses import replace

import pytest

from darkroom.jobs.delivery import Delivery, DeliveryAttempt, DeliveryStatus
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, StoredOutput, Terms
from darkroom.record import billing, delivery_record, job_record
from darkroom.record_shape import JobRecord
from darkroom.webhooks.event import event_body
from memory.world import a_request

NOW = 1_760_000_000.0
OUTPUT = StoredOutput("outputs/acme/job_1/0.png", "image/png", 512, 512, 9, "ab" * 32)


def a_queued_job(**changes: object) -> Job:
    return Job("job_1", "acme", a_request(**changes), NOW, NOW, Terms(27_000))


def a_processing_job() -> Job:
    return a_queued_job().submitting(Attempt("att_1", NOW + 1, 42, NOW + 1)).processing("pred-1", NOW + 2)


def shown(job: Job) -> JobRecord:
    return job_record(
        job,
        base_url="https://api.test",
        output_url=lambda _: ("https://here", 9),
        uri=lambda key: f"s3://b/{key}",
    )


def body(job: Job) -> bytes:
    return event_body(
        job,
        base_url="https://api.test",
        link=lambda key, expires_at: f"https://api.test/{key}?{expires_at}",
        uri=lambda key: f"s3://b/{key}",
    )


def test_before_the_end_nothing_is_claimed() -> None:
    record = shown(a_queued_job())
    assert (record["status"], record["outputs"], record["result"], record["error"]) == (
        "queued",
        [],
        None,
        None,
    )
    assert record["billing"] == {"price_usd": 0.027, "billed": False, "own_upstream_key": False}
    assert record["webhook"] == {
        "url": "https://hooks.example.com/darkroom",
        "status": "pending",
        "attempts": 0,
        "next_attempt_at": None,
    }


def test_the_times_add_up() -> None:
    done = a_processing_job().completed((OUTPUT,), 6_000, NOW + 9.5)
    assert shown(done)["timings_ms"] == {"queued": 2000, "inference": 6000, "processing": 7500, "total": 9500}


def test_a_charge_that_is_not_known_is_called_unknown() -> None:
    unknown = JobFailure(ErrorCode.SUBMISSION_UNKNOWN, "lost")
    failed = a_processing_job().failed(unknown, Billed.UNKNOWN, NOW)
    assert billing(failed)["billed"] == "unknown"
    assert billing(replace(failed, terms=Terms(None)))["price_usd"] == "unknown"


def test_the_event_is_the_same_before_and_after_any_attempt() -> None:
    done = a_processing_job().completed((OUTPUT,), None, NOW + 9)
    attempt = DeliveryAttempt(NOW + 60, 12, 500, "http_status")
    later = done.deliver(Delivery(DeliveryStatus.PENDING).to_try_again(attempt, NOW + 65)).due(NOW + 185)
    assert body(done) == body(later)
    event = json.loads(body(done))
    assert (event["id"], event["type"], event["created"]) == ("evt_1", "job.completed", int(NOW + 9))
    assert event["data"]["outputs"][0]["url"].startswith("https://api.test/outputs/acme/job_1/0.png?")


@pytest.mark.parametrize(
    "code",
    [ErrorCode.UPSTREAM_KEY_REMOVED, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.SUBMISSION_UNKNOWN],
)
def test_the_event_is_the_same_when_a_late_callback_settles_the_charge(code: ErrorCode) -> None:
    submitting = a_queued_job().submitting(Attempt("att_1", NOW + 1, 42, NOW + 1))
    failed = submitting.in_doubt("read timeout", NOW + 2).failed(
        JobFailure(code, "x"), Billed.UNKNOWN, NOW + 3
    )
    late = failed.settled(Billed.YES, "pred-1")
    assert billing(late)["billed"] is True
    assert body(late) == body(failed)


def test_no_webhook_is_shown_as_none() -> None:
    assert shown(a_queued_job(webhook_url=None))["webhook"] is None


def test_the_delivery_shows_each_attempt() -> None:
    done = a_processing_job().completed((OUTPUT,), None, NOW + 9)
    attempt = DeliveryAttempt(NOW + 9, 31, 302, "redirect", "https://elsewhere.example.com", "0a1b2c3d")
    record = delivery_record(done.deliver(done.delivery.to_try_again(attempt, NOW + 14)))
    assert record["status"] == "pending"
    assert record["next_attempt_at"] == int(NOW + 14)
    [first] = record["attempts"]
    assert (first["status_code"], first["error"], first["detail"]) == (
        302,
        "redirect",
        "https://elsewhere.example.com",
    )
