"""Each way a job can end without a picture: its code, what it says, and what was billed."""

from typing import Any

import pytest

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.upstream import Prediction, Progress, UpstreamUnavailableError
from darkroom.pictures.errors import OutputGoneError, OutputRefusedError, OutputRetryError
from darkroom.ports import JobMessage
from darkroom.usecases.advance import GIVE_UP_SECONDS
from memory.world import OUTPUT_URL, TENANT, World


def started(world: World, **changes: Any) -> Job:
    job = world.accept(**changes)
    world.work()
    return job


def end_of(world: World, job: Job) -> tuple[ErrorCode, bool, Billed]:
    ended = world.job(job)
    assert ended.status is JobStatus.FAILED
    assert ended.failure is not None
    assert len(world.sender.sent) == 1
    assert world.permits.running == 0
    return ended.failure.code, ended.failure.retryable, ended.billed


def test_a_moderation_refusal_is_final_and_not_billed(world: World) -> None:
    job = started(world)
    world.upstream.fail("pred-1", JobFailure(ErrorCode.MODERATION_REFUSED, "refused by moderation"))
    world.callback(job)
    world.work()
    assert end_of(world, job) == (ErrorCode.MODERATION_REFUSED, False, Billed.NO)


def test_a_failed_task_may_be_tried_again_and_is_not_billed(world: World) -> None:
    job = started(world)
    world.upstream.fail("pred-1", JobFailure(ErrorCode.UPSTREAM_FAILED, "execution failed"))
    world.callback(job)
    world.work()
    assert end_of(world, job) == (ErrorCode.UPSTREAM_FAILED, True, Billed.NO)


def test_what_upstream_bills_for_a_task_it_cut_short_is_unknown(world: World) -> None:
    job = started(world)
    world.upstream.fail("pred-1", JobFailure(ErrorCode.UPSTREAM_CANCELLED, "deleted"))
    world.callback(job)
    world.work()
    assert end_of(world, job) == (ErrorCode.UPSTREAM_CANCELLED, True, Billed.UNKNOWN)


def test_a_dead_output_is_tried_a_few_times_and_then_billed_and_unavailable(world: World) -> None:
    job = started(world)
    world.pictures.pictures[OUTPUT_URL] = OutputGoneError("404")
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(60)
    assert end_of(world, job) == (ErrorCode.OUTPUT_UNAVAILABLE, True, Billed.YES)
    assert len(world.pictures.fetched) == 3
    assert len(world.upstream.submits) == 1


def test_a_download_that_breaks_off_is_made_again(world: World) -> None:
    job = started(world)
    world.pictures.pictures[OUTPUT_URL] = OutputRetryError("truncated")
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(17)
    assert world.job(job).status is JobStatus.PROCESSING
    world.pictures.pictures[OUTPUT_URL] = b"whole at last"
    world.run(10)
    assert world.job(job).status is JobStatus.COMPLETED


def test_what_is_no_picture_is_not_stored(world: World) -> None:
    job = started(world)
    world.pictures.pictures[OUTPUT_URL] = OutputRefusedError("not a picture")
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    assert end_of(world, job) == (ErrorCode.OUTPUT_INVALID, True, Billed.YES)
    assert world.bucket.objects == {}


def test_a_completed_task_without_outputs_is_unavailable(world: World) -> None:
    job = started(world)
    world.upstream.finish("pred-1")
    world.run(60)
    assert end_of(world, job) == (ErrorCode.OUTPUT_UNAVAILABLE, True, Billed.YES)


def test_a_task_that_never_ends_is_given_up_at_upstreams_time(world: World) -> None:
    job = started(world)
    world.run(599, reconcile=True)
    assert world.job(job).status is JobStatus.PROCESSING
    world.run(2)
    assert end_of(world, job) == (ErrorCode.UPSTREAM_TIMEOUT, True, Billed.UNKNOWN)
    assert world.upstream.deleted == ["pred-1"]


@pytest.mark.parametrize("seconds", [6, 20])
def test_the_jobs_own_deadline_is_kept_to_the_second(world: World, seconds: int) -> None:
    job = started(world, deadline_seconds=seconds)
    world.run(seconds - 1)
    assert world.job(job).status is JobStatus.PROCESSING
    world.run(2)
    assert end_of(world, job) == (ErrorCode.DEADLINE_EXCEEDED, True, Billed.UNKNOWN)


def test_a_job_that_could_not_be_started_by_its_deadline_is_not_billed(world: World) -> None:
    world.permits.hold(world.clock() + 1000, world.clock())
    job = world.accept(deadline_seconds=30)
    world.run(60)
    assert end_of(world, job) == (ErrorCode.DEADLINE_EXCEEDED, True, Billed.NO)
    assert world.upstream.submits == []


def test_a_task_that_upstream_does_not_know_at_first_is_looked_at_again(world: World) -> None:
    job = started(world)
    held = world.upstream.predictions.pop("pred-1")
    world.run(16)
    world.upstream.predictions["pred-1"] = held
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(10)
    assert world.job(job).status is JobStatus.COMPLETED


def test_a_task_that_stays_unknown_is_lost(world: World) -> None:
    job = started(world)
    world.upstream.predictions.clear()
    world.run(500)
    assert end_of(world, job) == (ErrorCode.UPSTREAM_LOST, True, Billed.UNKNOWN)


def test_an_upstream_that_is_down_is_waited_out(world: World) -> None:
    job = started(world)
    world.upstream.unavailable = UpstreamUnavailableError("503")
    world.run(200, reconcile=True)
    world.upstream.unavailable = None
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(120, reconcile=True)
    assert world.job(job).status is JobStatus.COMPLETED


def test_an_unknown_status_word_is_counted_and_looked_at_again(world: World) -> None:
    job = started(world)
    world.upstream.predictions["pred-1"] = Prediction(
        "pred-1", Progress.RUNNING, "dreaming", known_word=False
    )
    world.callback(job)
    world.work()
    assert world.telemetry.counts["UnknownStatusWord"] == 1
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(16)
    assert world.job(job).status is JobStatus.COMPLETED


def test_more_outputs_than_are_taken_are_refused(world: World) -> None:
    job = started(world)
    world.upstream.finish("pred-1", *[OUTPUT_URL] * 11)
    world.callback(job)
    world.work()
    assert end_of(world, job) == (ErrorCode.OUTPUT_INVALID, True, Billed.YES)


@pytest.mark.parametrize("outputs", [2, 10])
def test_every_output_is_stored_under_its_index(world: World, outputs: int) -> None:
    job = started(world)
    world.upstream.finish("pred-1", *[OUTPUT_URL] * outputs, nsfw=(True,))
    world.callback(job)
    world.work()
    stored = world.job(job).outputs
    assert [output.key for output in stored] == [f"outputs/{TENANT}/{job.id}/{i}.png" for i in range(outputs)]
    assert [output.nsfw for output in stored] == [True] + [None] * (outputs - 1)


def test_two_workers_at_the_same_end_make_one_end_and_one_webhook(world: World) -> None:
    job = started(world)
    world.upstream.finish("pred-1", OUTPUT_URL)
    put = world.bucket.put

    def meanwhile(*arguments: object) -> None:
        world.bucket.put = put  # type: ignore[method-assign]
        world.advance(JobMessage(TENANT, job.id))
        put(*arguments)  # type: ignore[arg-type]

    world.bucket.put = meanwhile  # type: ignore[assignment,method-assign]
    world.advance(JobMessage(TENANT, job.id))
    assert world.job(job).status is JobStatus.COMPLETED
    assert len(world.sender.sent) == 1
    assert world.permits.running == 0


def test_a_job_that_can_only_raise_errors_still_ends(world: World) -> None:
    job = started(world)
    world.upstream.finish("pred-1", OUTPUT_URL)

    def denied(*_: object) -> None:
        raise PermissionError

    world.bucket.put = denied  # type: ignore[assignment,method-assign]
    with pytest.raises(PermissionError):
        world.advance(JobMessage(TENANT, job.id))
    world.clock.advance(600 + GIVE_UP_SECONDS)
    with pytest.raises(PermissionError):
        world.advance(JobMessage(TENANT, job.id))
    assert end_of(world, job) == (ErrorCode.DEADLINE_EXCEEDED, True, Billed.UNKNOWN)
    assert world.telemetry.counts["GivenUp"] == 1
