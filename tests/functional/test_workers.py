"""Poller, callback and webhook functions through their handlers: AWS by moto, upstream by the simulator."""

import io
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image

from callback.app import lambda_handler as call_back
from darkroom import adapters, wiring
from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import JobStatus
from darkroom.observability import logger
from darkroom.settings import settings
from functional.aws import client
from functional.workers import SECRET, Workers
from local.receiver.behaviour import Rule
from local.simulator.app import TEST_CREDENTIALS
from poller.app import lambda_handler as poll


def test_a_prompt_becomes_a_picture_in_s3_and_a_verified_webhook(workers: Workers) -> None:
    job = workers.run(workers.job())
    [output] = job.outputs
    stored = client("s3").get_object(Bucket=workers.stack.images_bucket, Key=output.key)
    assert job.status is JobStatus.COMPLETED
    assert stored["ContentType"] == "image/jpeg"
    assert stored["ContentDisposition"].startswith("attachment")
    assert Image.open(io.BytesIO(stored["Body"].read())).size == (output.width, output.height) == (512, 512)
    [received] = workers.receiver.received()
    assert received.verified
    assert received.json()["data"]["outputs"][0]["sha256"] == output.sha256
    assert workers.simulator.stats().accepted == 1


@pytest.mark.parametrize(
    ("kind", "parameters", "code"),
    [
        ("fail", {"error_code": 1200}, "moderation_refused"),
        ("fail", {"error_code": 1403}, "upstream_failed"),
        ("dead_output", {"count": None}, "output_unavailable"),
        ("not_a_picture", {"count": None}, "output_invalid"),
        ("refuse", {"status": 400}, "upstream_rejected"),
    ],
)
def test_each_failure_ends_with_its_own_code_and_a_webhook(
    workers: Workers, kind: str, parameters: dict[str, Any], code: str
) -> None:
    workers.simulator.arm(kind, **parameters)
    job = workers.run(workers.job())
    assert job.failure is not None
    assert job.failure.code == code
    [received] = workers.receiver.received()
    assert received.json()["type"] == "job.failed"
    assert received.json()["data"]["error_code"] == code


@pytest.mark.parametrize(
    "kind", ["truncated_download", "slow_download", "unsized_download", "wrong_content_type"]
)
def test_a_troubled_download_still_ends_in_the_whole_picture(workers: Workers, kind: str) -> None:
    parameters: dict[str, Any] = {"seconds": 1.0} if kind == "slow_download" else {}
    workers.simulator.arm(kind, **parameters)
    assert workers.run(workers.job()).status is JobStatus.COMPLETED


@pytest.mark.parametrize("kind", ["lost_reply", "error_500_created", "garbage_submit"])
def test_an_ambiguous_submit_is_resolved_by_the_list_and_paid_once(workers: Workers, kind: str) -> None:
    workers.simulator.arm(kind)
    job = workers.run(workers.job())
    assert job.status is JobStatus.COMPLETED
    stats = workers.simulator.stats()
    assert (stats.submits_received, stats.accepted) == (1, 1)


def test_without_an_upstream_key_jobs_wait_and_start_when_there_is_one(workers: Workers) -> None:
    secrets = client("secretsmanager")
    empty = secrets.create_secret(Name="no-key-yet")["ARN"]
    adapters.upstream_key.cache_clear()
    adapters.upstream.cache_clear()
    wiring.poller.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("darkroom.usecases.not_created.KEY_REFUSED_SECONDS", 0.5)
        patch.setenv("UPSTREAM_KEY_SECRET", empty)
        settings.cache_clear()
        job = workers.job()
        workers.work()
        assert workers.now(job).status is JobStatus.QUEUED
        secrets.put_secret_value(SecretId=empty, SecretString=TEST_CREDENTIALS.key)
        adapters.upstream_key()._read_at -= 10  # as if the value were not fresh
        assert workers.run(job).status is JobStatus.COMPLETED
    assert workers.simulator.stats().submits_received == 1


def test_a_429_is_waited_out_without_a_storm(workers: Workers) -> None:
    workers.simulator.arm("rate_limited", retry_after=1)
    assert workers.run(workers.job(), seconds=20).status is JobStatus.COMPLETED
    assert workers.simulator.stats().submits_received == 2


def test_a_receiver_that_fails_gets_the_event_again_from_the_webhook_queue(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.usecases.deliver.next_delay_seconds", lambda *_, **__: 0.0)
    workers.receiver.behave(Rule(status=500, count=2))
    job = workers.run(workers.job())
    received = workers.receiver.received()
    assert [attempt.status_code for attempt in job.delivery.attempts] == [500, 500, 200]
    assert len({one.webhook_id for one in received}) == 1
    assert len({one.body for one in received}) == 1


def test_a_slow_receiver_gets_the_event_again_by_the_slow_lane(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.usecases.deliver.next_delay_seconds", lambda *_, **__: 0.0)
    monkeypatch.setattr("darkroom.usecases.deliver.QUICK_ATTEMPT_SECONDS", 0.3)
    monkeypatch.setattr("darkroom.usecases.slow_lane.SLOW_SECONDS", 0.2)
    workers.receiver.behave(Rule(delay_seconds=0.8))
    job = workers.run(workers.job())
    assert [attempt.error for attempt in job.delivery.attempts] == ["deadline", None]
    assert job.delivery.status is DeliveryStatus.DELIVERED


def callback_event(event: Any, task: dict[str, Any], sent: dict[str, str], body: str) -> dict[str, Any]:
    changed: dict[str, Any] = event("callback")
    changed["queryStringParameters"] = dict(parse_qsl(urlsplit(task["webhook_url"]).query))
    changed["headers"] |= sent
    changed["body"] = body
    return changed


def test_a_callback_looks_at_the_job_and_a_forged_one_does_not(
    workers: Workers, context: Any, event: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBACKS", "on")
    # The simulator calls the receiver back in place of the API: what it sent is then given to the function.
    monkeypatch.setenv("PUBLIC_URL", workers.receiver.url)
    job = workers.job()
    workers.work()
    [task] = workers.simulator.tasks()
    [sent] = workers.receiver.wait_for(1, path="/callbacks/wavespeed")
    genuine = callback_event(event, task, sent.headers, sent.body)
    for forged in (
        genuine | {"body": sent.body.replace("completed", "failed")},
        genuine | {"headers": {**genuine["headers"], "webhook-timestamp": "1"}},
        genuine | {"queryStringParameters": {**genuine["queryStringParameters"], "job": "job_other"}},
        genuine | {"queryStringParameters": None},
    ):
        assert call_back(forged, context)["statusCode"] == 401
    assert call_back(genuine, context)["statusCode"] == 200
    assert workers.run(job).status is JobStatus.COMPLETED
    assert call_back(genuine, context)["statusCode"] == 200


def test_a_poison_record_fails_alone(workers: Workers, context: Any, event: Any) -> None:
    job = workers.job()
    good = event("poller")["Records"][0]
    good["body"] = json.dumps({"tenant": "acme", "job": job.id, "tries": 0, "chain": 0})
    records = []
    for index, body in enumerate(["", "{}", "null", "[" * 50_000, '{"tenant": 1}']):
        records.append({**good, "messageId": f"poison-{index}", "body": body})
    reply = poll({"Records": [*records, good]}, context)
    assert [f["itemIdentifier"] for f in reply["batchItemFailures"]] == [f"poison-{i}" for i in range(5)]
    assert workers.now(job).status is JobStatus.PROCESSING


def test_logs_carry_no_prompt_and_no_secret(workers: Workers) -> None:
    printed = io.StringIO()
    before = logger().registered_handler.setStream(printed)  # type: ignore[attr-defined]  # a StreamHandler
    workers.run(workers.job(prompt="a very private lighthouse"))
    logger().registered_handler.setStream(before)  # type: ignore[attr-defined]
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["accepted", "submitted", "completed"]
    assert (len(lines[0]["prompt_hash"]), lines[0]["prompt_characters"]) == (16, 25)
    assert all(line["job_id"].startswith("job_") for line in lines)
    for secret in ("very private", TEST_CREDENTIALS.key, SECRET):
        assert secret not in printed.getvalue()


def test_jobs_beyond_the_limits_wait_and_all_complete(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_CONCURRENT_TASKS", "1")
    settings.cache_clear()
    made = [workers.job() for _ in range(3)]
    workers.work()
    assert sorted(workers.now(job).waiting for job in made) == [False, True, True]
    for job in made:
        assert workers.run(job, 30).status is JobStatus.COMPLETED
    assert workers.simulator.stats().charges == 3
