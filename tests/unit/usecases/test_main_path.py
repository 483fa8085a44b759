"""From a prompt to a stored picture and a delivered webhook, with callbacks and without."""

import json
import time

from standardwebhooks import Webhook

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Billed, JobStatus
from darkroom.ports import JobMessage, ThrottledError
from memory.world import OUTPUT_URL, SECRET, TENANT, WEBHOOK_URL, World


def test_a_callback_brings_the_job_to_its_end_at_once(world: World) -> None:
    job = world.accept()
    world.work()
    world.clock.advance(6)
    world.upstream.finish("pred-1", OUTPUT_URL, nsfw=(False,))
    world.callback(job)
    world.work()
    done = world.job(job)
    assert done.status is JobStatus.COMPLETED
    assert done.billed is Billed.YES
    assert done.finished_at == job.created_at + 6
    assert done.inference_ms == 6_000
    assert len(world.upstream.looks) == 1


def test_the_stored_picture_is_the_one_the_record_names(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    [output] = world.job(job).outputs
    assert output.key == f"outputs/{TENANT}/{job.id}/0.png"
    assert world.bucket.objects[output.key].sha256.hex() == output.sha256


def test_the_webhook_verifies_and_names_the_job(world: World) -> None:
    job = world.accept(metadata={"order": "7"})
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.clock.now = time.time()  # the verifier has a clock of its own
    world.callback(job)
    world.work()
    [sent] = world.sender.sent
    event = Webhook(SECRET).verify(sent.body, dict(sent.headers))
    assert sent.url == WEBHOOK_URL
    assert event["type"] == "job.completed"
    assert event["data"]["id"] == job.id
    assert event["data"]["metadata"] == {"order": "7"}
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED


def test_without_callbacks_looks_alone_bring_the_job_to_its_end(world_without_callbacks: World) -> None:
    world = world_without_callbacks
    job = world.accept()
    world.work()
    world.run(6)
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(2)
    assert world.job(job).status is JobStatus.COMPLETED
    assert world.upstream.submits[0].webhook_url is None
    assert len(world.upstream.looks) == 2


def test_a_lost_callback_is_made_good_by_the_sparse_look(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(16)
    assert world.job(job).status is JobStatus.COMPLETED


def test_upstream_is_given_what_the_tenant_asked_for_with_a_drawn_seed(world: World) -> None:
    job = world.accept()
    world.work()
    [submit] = world.upstream.submits
    attempt = world.job(job).attempt
    assert attempt is not None
    assert submit.model == "bytedance/dreamina-v3.1/text-to-image"
    assert submit.inputs == {
        "prompt": "a lighthouse at dusk",
        "size": "1328*1328",
        "seed": attempt.seed,
        "enable_prompt_expansion": True,
        "enable_base64_output": False,
        "enable_sync_mode": False,
    }
    assert attempt.seed >= 0


def test_a_given_seed_is_passed_on_as_it_is(world: World) -> None:
    world.accept(seed=42)
    world.work()
    assert world.upstream.submits[0].inputs["seed"] == 42


def test_a_message_for_an_ended_job_changes_nothing(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    before = world.job(job)
    world.advance(JobMessage(TENANT, job.id))
    assert world.job(job) == before
    assert len(world.sender.sent) == 1


def test_no_slot_is_held_after_the_end(world: World) -> None:
    job = world.accept()
    world.work()
    assert world.permits.running == 1
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    assert world.permits.running == 0


def test_the_events_data_is_the_job_record_with_links_that_outlive_the_worker(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    data = json.loads(world.sender.sent[0].body)["data"]
    assert data["status"] == "completed"
    assert data["billing"] == {"price_usd": 0.027, "billed": True, "own_upstream_key": False}
    [output] = data["outputs"]
    assert output["url"].startswith(f"https://api.test/live/outputs/{TENANT}/{job.id}/0.png?")
    assert output["url_expires_at"] == data["updated_at"] + 7 * 24 * 3600


def test_a_slot_that_cannot_be_given_back_stands_in_the_way_of_nothing(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.permits.give_back = throttled  # type: ignore[assignment,method-assign]
    world.work()
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED
    assert world.telemetry.counts["SlotLost"] == 1


def throttled(*_: object, **__: object) -> None:
    raise ThrottledError
