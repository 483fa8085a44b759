"""The main job on the deployed stack: prompt in, picture in S3, signed webhook out."""

import hashlib
import io
import urllib.request

import httpx
import pytest
from PIL import Image

from stack.conftest import DREAMINA, SEEDREAM, Stack


@pytest.mark.parametrize(("model", "side"), [(DREAMINA, 1328), (SEEDREAM, 1024)])
def test_a_prompt_becomes_a_stored_picture_and_a_verified_webhook(
    stack: Stack, model: str, side: int
) -> None:
    job = stack.api.submit(model=model, prompt="a paper boat on a still lake", webhook_url=stack.webhook_url)
    assert job["status"] == "queued"
    done = stack.api.finished(job["id"])
    [output] = done["outputs"]
    stored = stack.client("s3").get_object(
        Bucket=stack.state["bucket"], Key=output["s3_uri"].split("/", 3)[3]
    )
    body = stored["Body"].read()
    assert done["status"] == "completed"
    assert output["s3_uri"] == f"s3://{stack.state['bucket']}/outputs/local/{job['id']}/0.jpg"
    assert hashlib.sha256(body).hexdigest() == output["sha256"]
    assert Image.open(io.BytesIO(body)).size == (side, side)
    assert stored["ContentType"] == "image/jpeg"
    [received] = stack.received(1)
    assert received.verified
    assert received.json()["type"] == "job.completed"
    assert received.json()["data"]["id"] == job["id"]
    assert stack.api.delivered(job["id"])["status"] == "delivered"


def test_the_records_address_and_the_webhooks_link_both_lead_to_the_picture(stack: Stack) -> None:
    job = stack.submit("a red kite over dunes")
    done = stack.api.finished(job["id"])
    [received] = stack.received(1)
    signed = urllib.request.urlopen(done["outputs"][0]["url"], timeout=10).read()
    linked = urllib.request.urlopen(received.json()["data"]["outputs"][0]["url"], timeout=10).read()
    assert (
        hashlib.sha256(signed).hexdigest()
        == hashlib.sha256(linked).hexdigest()
        == done["outputs"][0]["sha256"]
    )


def test_a_callback_spares_the_polling(stack: Stack) -> None:
    job = stack.submit("a lantern in fog")
    stack.api.finished(job["id"])
    stats = stack.simulator.stats()
    assert (stats.submits_received, stats.callbacks_delivered, stats.result_gets) == (1, 1, 1)


def test_a_lost_callback_only_costs_time(stack: Stack) -> None:
    stack.simulator.arm("lost_callback")
    job = stack.submit("a fern uncurling")
    assert stack.api.finished(job["id"], timeout_seconds=40)["status"] == "completed"


@pytest.mark.parametrize("kind", ["duplicate_callback", "early_callback", "late_callback", "forged_callback"])
def test_odd_callbacks_are_harmless(stack: Stack, kind: str) -> None:
    stack.simulator.arm(kind)
    job = stack.submit(f"a heron ({kind})")
    assert stack.api.finished(job["id"], timeout_seconds=40)["status"] == "completed"
    assert len(stack.received(1)) == 1
    assert stack.simulator.stats().accepted == 1


def test_a_lost_reply_is_adopted_by_the_callback_and_paid_once(stack: Stack) -> None:
    stack.simulator.arm("lost_reply")
    job = stack.submit("a lighthouse in rain")
    done = stack.api.finished(job["id"], timeout_seconds=30)
    stats = stack.simulator.stats()
    assert done["status"] == "completed"
    assert done["billing"] == {"price_usd": 0.027, "billed": True, "own_upstream_key": False}
    assert (stats.submits_received, stats.charges) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "parameters", "code", "billed"),
    [
        ("fail", {"error_code": 1200}, "moderation_refused", False),
        ("fail", {"error_code": 5000}, "upstream_failed", False),
        ("not_a_picture", {"count": None}, "output_invalid", True),
        ("dead_output", {"count": None}, "output_unavailable", True),
    ],
)
def test_each_failure_has_its_code_its_words_and_its_bill(
    stack: Stack, kind: str, parameters: dict[str, int], code: str, billed: bool
) -> None:
    stack.simulator.arm(kind, **parameters)  # type: ignore[arg-type]  # of the fault's own
    done = stack.api.finished(stack.submit(f"a {kind}")["id"], timeout_seconds=40)
    assert (done["status"], done["error_code"], done["billing"]["billed"]) == ("failed", code, billed)
    assert done["error"]
    [received] = stack.received(1)
    assert received.json()["type"] == "job.failed"


def test_a_task_that_never_ends_fails_at_the_jobs_deadline(stack: Stack) -> None:
    stack.simulator.arm("never_finish")
    job = stack.submit("an endless corridor", deadline_seconds=6)
    done = stack.api.finished(job["id"], timeout_seconds=40)
    assert done["error_code"] == "deadline_exceeded"
    assert done["billing"]["billed"] == "unknown"
    assert done["timings_ms"]["total"] < 12_000


def test_a_job_can_be_cancelled_while_upstream_works(stack: Stack) -> None:
    stack.simulator.settings(inference_seconds=20)
    job = stack.submit("a slow river")
    while stack.api.job(job["id"])["status"] != "processing":
        pass
    assert stack.api.cancel(job["id"])["status"] == "cancelled"
    [received] = stack.received(1)
    assert received.json()["type"] == "job.cancelled"
    assert stack.simulator.stats().delete_calls == 1


def test_a_replayed_webhook_is_the_same_event(stack: Stack) -> None:
    job = stack.submit("an origami fox")
    stack.api.finished(job["id"])
    [first] = stack.received(1)
    stack.api.delivered(job["id"])
    stack.api.replay(job["id"])
    _, again = stack.received(2)
    assert again.verified
    assert (again.webhook_id, again.body) == (first.webhook_id, first.body)


def test_an_idempotency_key_makes_one_job_of_many_requests(stack: Stack) -> None:
    fields = {"model": DREAMINA, "prompt": "one and the same", "size": "512*512"}
    ids = {stack.api.submit("order-77", **fields)["id"] for _ in range(3)}
    assert len(ids) == 1
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        stack.api.submit("order-77", **(fields | {"prompt": "another"}))
