"""Deleting: what runs is cancelled, what has ended is left out of lists, and nothing else is lost."""

import json

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.request import WebhookFormat
from darkroom.ports import JobsFilter
from darkroom.usecases.delete import Deleter
from memory.world import OUTPUT_URL, TENANT, World


def delete(world: World, job: Job, tenant: str = TENANT) -> Job | None:
    return Deleter(world.jobs, world.canceller).delete(tenant, job.id)


def completed(world: World, **changes: object) -> Job:
    job = world.accept(None, **changes)
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    return world.job(job)


def test_a_job_under_way_is_cancelled_and_its_webhook_is_told(world: World) -> None:
    job = world.accept(webhook_format=WebhookFormat.PREDICTION)
    world.work()
    delete(world, job)
    world.work()
    gone = world.job(job)
    assert (gone.status, gone.deleted) == (JobStatus.CANCELLED, True)
    assert gone.delivery.status is DeliveryStatus.DELIVERED
    assert json.loads(world.sender.sent[0].body)["status"] == "cancelled"


def test_a_job_that_has_ended_stays_as_it_is(world: World) -> None:
    job = completed(world)
    gone = delete(world, job)
    assert gone is not None
    assert (gone.status, gone.outputs, gone.billed) == (JobStatus.COMPLETED, job.outputs, job.billed)
    assert world.jobs.list(TENANT, JobsFilter(with_deleted=False), 10, None).jobs == ()
    assert world.jobs.list(TENANT, JobsFilter(), 10, None).jobs == (gone,)


def test_to_delete_again_writes_nothing(world: World) -> None:
    job = completed(world)
    assert delete(world, job) == delete(world, job)


def test_another_tenants_job_is_unknown(world: World) -> None:
    job = world.accept()
    assert delete(world, job, "rival") is None
    assert not world.job(job).deleted


def test_an_end_that_comes_meanwhile_does_not_keep_the_job_from_being_deleted(world: World) -> None:
    job = world.accept()
    save, calls = world.jobs.save, 0

    def meanwhile(changed: Job) -> Job:
        nonlocal calls
        calls += 1
        if calls == 2:  # the write that hides it: the poller gives the slot back just before
            save(world.job(job).slot_given_back())
        return save(changed)

    world.jobs.save = meanwhile  # type: ignore[assignment,method-assign]
    gone = delete(world, job)
    assert gone is not None
    assert gone.deleted
    assert world.job(job).deleted
    assert calls == 3


def test_a_prediction_is_delivered_the_same_however_often(world: World) -> None:
    from memory.sender import answered

    world.sender.script(answered(500), answered(500))
    job = completed(world, webhook_format=WebhookFormat.PREDICTION, prompt="a fern")
    world.run(600)
    first, second, third = world.sender.sent
    assert first.body == second.body == third.body
    assert len({sent.headers["webhook-id"] for sent in world.sender.sent}) == 1
    told = json.loads(first.body)
    assert (told["id"], told["status"], told["error"]) == (job.id, "completed", "")
    assert told["input"]["prompt"] == "a fern"
    assert told["outputs"][0].startswith("https://api.test/live/outputs/acme/")
    assert told["executionTime"] == told["timings"]["inference"]
