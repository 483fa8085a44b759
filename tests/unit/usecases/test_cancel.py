"""Cancelling, in each state: what is told to upstream, what was billed, and that the event comes."""

import json

import pytest

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.upstream import NotCreated, Refused, SubmitOutcome
from darkroom.usecases.cancel import JobEndedError
from memory.world import OUTPUT_URL, TENANT, World


def test_a_queued_job_is_cancelled_for_nothing(world: World) -> None:
    job = world.accept()
    world.canceller.cancel(TENANT, job.id)
    world.work()
    ended = world.job(job)
    assert (ended.status, ended.billed) == (JobStatus.CANCELLED, Billed.NO)
    assert ended.failure is not None
    assert ended.failure.code is ErrorCode.CANCELLED
    assert world.upstream.submits == []


def test_a_processing_job_is_cancelled_upstream_too_and_its_charge_is_unknown(world: World) -> None:
    job = world.accept()
    world.work()
    world.canceller.cancel(TENANT, job.id)
    world.work()
    assert world.job(job).billed is Billed.UNKNOWN
    assert world.upstream.deleted == ["pred-1"]
    assert world.permits.running == 0


def test_the_cancelled_event_is_delivered_once(world: World) -> None:
    job = world.accept()
    world.work()
    world.canceller.cancel(TENANT, job.id)
    world.run(300, reconcile=True)
    assert [json.loads(sent.body)["type"] for sent in world.sender.sent] == ["job.cancelled"]


def test_a_second_cancel_is_harmless(world: World) -> None:
    job = world.accept()
    first = world.canceller.cancel(TENANT, job.id)
    assert world.canceller.cancel(TENANT, job.id) == first


def test_what_has_ended_cannot_be_cancelled(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(16)
    with pytest.raises(JobEndedError):
        world.canceller.cancel(TENANT, job.id)


def test_another_tenants_job_cannot_be_cancelled(world: World) -> None:
    job = world.accept()
    assert world.canceller.cancel("globex", job.id) is None
    assert world.job(job).status is JobStatus.QUEUED


def test_a_cancel_during_the_post_reaches_the_task_that_it_created(world: World) -> None:
    job = world.accept()
    submit = world.upstream.submit

    def cancelled(model: str, inputs: object, webhook_url: str | None) -> object:
        world.canceller.cancel(TENANT, job.id)
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = cancelled  # type: ignore[assignment,method-assign]
    world.work()
    world.work()
    assert world.job(job).status is JobStatus.CANCELLED
    assert world.job(job).prediction_id == "pred-1"
    assert world.upstream.deleted == ["pred-1"]
    assert world.permits.running == 0


def test_a_task_created_after_the_cancel_was_tidied_up_is_still_told_to_stop(world: World) -> None:
    job = world.accept()
    submit = world.upstream.submit

    def cancelled(model: str, inputs: object, webhook_url: str | None) -> object:
        world.canceller.cancel(TENANT, job.id)
        world.work()
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = cancelled  # type: ignore[assignment,method-assign]
    world.work()
    assert world.upstream.deleted == ["pred-1"]
    assert world.job(job).prediction_id == "pred-1"
    assert world.job(job).billed is Billed.UNKNOWN


def test_a_cancel_during_a_post_that_created_nothing_is_not_billed(world: World) -> None:
    job = world.accept()
    world.upstream.script_submit(NotCreated("429", throttled=True))
    submit = world.upstream.submit

    def cancelled(model: str, inputs: object, webhook_url: str | None) -> object:
        world.canceller.cancel(TENANT, job.id)
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = cancelled  # type: ignore[assignment,method-assign]
    world.work()
    world.work()
    assert world.job(job).billed is Billed.NO
    assert world.permits.running == 0


def test_a_cancel_whose_message_was_lost_is_tidied_up_by_the_reconciler(world: World) -> None:
    job = world.accept()
    world.work()
    world.queue.waiting.clear()
    world.canceller.cancel(TENANT, job.id)
    world.queue.waiting.clear()
    world.run(400, reconcile=True)
    assert world.upstream.deleted == ["pred-1"]
    assert world.permits.running == 0
    assert len(world.sender.sent) == 1
    assert world.job(job).due_at is None


def cancelled_and_tidied_during_the_post(world: World, outcome: SubmitOutcome) -> Job:
    job = world.accept()

    def cancelled(*_: object) -> SubmitOutcome:
        world.canceller.cancel(TENANT, job.id)
        world.work()
        return outcome

    world.upstream.submit = cancelled  # type: ignore[assignment,method-assign]
    world.work()
    return world.job(job)


@pytest.mark.parametrize(
    "outcome",
    [NotCreated("connect_failed"), Refused(JobFailure(ErrorCode.UPSTREAM_REJECTED, "no"))],
)
def test_a_cancel_that_met_a_post_of_no_effect_is_unbilled_and_gives_one_slot_back(
    world: World, outcome: SubmitOutcome
) -> None:
    world.permits.take(world.clock())
    job = cancelled_and_tidied_during_the_post(world, outcome)
    assert (job.status, job.billed) == (JobStatus.CANCELLED, Billed.NO)
    assert world.permits.running == 1


def test_a_cancelled_jobs_slot_is_given_back_even_after_its_delivery(world: World) -> None:
    job = world.accept()
    world.work()
    world.queue.waiting.clear()
    world.canceller.cancel(TENANT, job.id)
    world.queue.waiting.clear()
    world.deliverer.first_attempt(world.job(job), 100)
    assert world.permits.running == 1
    world.run(300, reconcile=True)
    assert world.permits.running == 0
    assert world.job(job).due_at is None
