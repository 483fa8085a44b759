"""The paid POST: made behind its intent, and never again where its outcome is unknown."""

from dataclasses import replace
from typing import Any

import pytest

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, JobStatus
from darkroom.jobs.upstream import Ambiguous, Created, KeyRefused, NotCreated, Refused, SubmitOutcome
from darkroom.ports import JobMessage, ThrottledError
from darkroom.usecases.advance import advance
from memory.world import OUTPUT_URL, TENANT, World


def in_doubt(world: World, **changes: Any) -> Job:
    world.upstream.script_submit(Ambiguous("read_timeout"))
    job = world.accept(**changes)
    world.work()
    return job


def test_the_intent_is_stored_before_the_post(world: World) -> None:
    seen: list[Job] = []
    submit = world.upstream.submit

    def watching(model: str, inputs: object, webhook_url: str | None) -> object:
        seen.extend(world.jobs.all())
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = watching  # type: ignore[assignment,method-assign]
    world.accept()
    world.work()
    assert [job.status for job in seen] == [JobStatus.SUBMITTING]
    assert seen[0].attempt is not None


def test_an_ambiguous_attempt_is_never_posted_again(world: World) -> None:
    job = in_doubt(world)
    world.run(3700, reconcile=True)
    assert len(world.upstream.submits) == 1
    ended = world.job(job)
    assert ended.failure is not None
    assert ended.failure.code is ErrorCode.SUBMISSION_UNKNOWN
    assert ended.billed is Billed.UNKNOWN
    assert world.telemetry.counts["AmbiguousCharge"] == 1
    assert world.telemetry.counts["SubmissionUnknown"] == 1


def test_an_ambiguous_attempt_keeps_its_slot_until_it_is_resolved(world: World) -> None:
    in_doubt(world)
    world.run(300)
    assert world.permits.running == 1
    world.run(400)
    assert world.permits.running == 0


def test_a_callback_adopts_the_task_of_an_ambiguous_attempt(world: World) -> None:
    job = in_doubt(world)
    world.upstream.hold("pred-9", "m", {})
    world.upstream.finish("pred-9", OUTPUT_URL)
    world.callback(job, "pred-9")
    world.work()
    assert world.job(job).status is JobStatus.COMPLETED
    assert world.job(job).billed is Billed.YES


def test_the_list_adopts_the_one_task_that_carries_the_attempts_seed(world: World) -> None:
    job = in_doubt(world)
    [submit] = world.upstream.submits
    world.upstream.hold("pred-9", submit.model, submit.inputs)
    world.upstream.hold("other", submit.model, {**submit.inputs, "seed": 1})
    world.upstream.finish("pred-9", OUTPUT_URL)
    world.run(15)
    assert world.job(job).prediction_id == "pred-9"
    assert world.job(job).status is JobStatus.COMPLETED


def test_two_candidates_are_none(world: World) -> None:
    job = in_doubt(world)
    [submit] = world.upstream.submits
    world.upstream.hold("pred-8", submit.model, submit.inputs)
    world.upstream.hold("pred-9", submit.model, submit.inputs)
    world.run(60)
    assert world.job(job).status is JobStatus.SUBMITTING


def test_a_seed_of_the_tenants_own_is_no_proof(world: World) -> None:
    job = in_doubt(world, seed=42)
    [submit] = world.upstream.submits
    world.upstream.hold("another-jobs", submit.model, submit.inputs)
    world.run(60)
    assert world.job(job).prediction_id is None


def test_a_worker_that_died_behind_its_intent_leaves_an_ambiguous_attempt(world: World) -> None:
    job = world.accept()
    [message] = world.queue.receive()
    world.jobs.save(world.job(job).submitting(Attempt("att_dead", world.clock(), 1, world.clock())))
    world.advance(message)
    assert world.queue.waiting == []
    world.run(200, reconcile=True)
    assert world.upstream.submits == []
    assert world.job(job).billed is Billed.UNKNOWN
    assert world.telemetry.counts["AmbiguousCharge"] == 1


def test_a_second_worker_does_not_post_while_the_first_is_at_it(world: World) -> None:
    job = world.accept()
    [message] = world.queue.receive()
    submit = world.upstream.submit

    def meanwhile(model: str, inputs: object, webhook_url: str | None) -> object:
        world.upstream.submit = submit  # type: ignore[method-assign]
        world.advance(message)
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = meanwhile  # type: ignore[assignment,method-assign]
    world.advance(message)
    assert len(world.upstream.submits) == 1
    assert world.job(job).status is JobStatus.PROCESSING


def test_a_callback_before_the_posts_own_reply_is_the_normal_path(world: World) -> None:
    job = world.accept()
    submit = world.upstream.submit

    def early(model: str, inputs: object, webhook_url: str | None) -> object:
        outcome = submit(model, inputs, webhook_url)  # type: ignore[arg-type]
        world.upstream.finish("pred-1", OUTPUT_URL)
        world.callback(job)
        return outcome

    world.upstream.submit = early  # type: ignore[assignment,method-assign]
    world.work()
    world.work()
    assert world.job(job).status is JobStatus.COMPLETED
    assert len(world.sender.sent) == 1
    assert world.telemetry.counts["DuplicateCharge"] == 0


@pytest.mark.parametrize(
    "outcome",
    [NotCreated("connect_failed"), NotCreated("429", throttled=True), KeyRefused("401"), KeyRefused("402")],
)
def test_what_surely_created_nothing_is_tried_again(world: World, outcome: NotCreated | KeyRefused) -> None:
    world.upstream.script_submit(outcome)
    job = world.accept()
    world.work()
    assert world.job(job).status is JobStatus.QUEUED
    assert world.permits.running == 0
    world.run(100)
    assert world.job(job).status is JobStatus.PROCESSING
    assert len(world.upstream.submits) == 2


def test_a_429_holds_everybodys_submits_for_as_long_as_upstream_asks(world: World) -> None:
    world.upstream.script_submit(NotCreated("429", retry_after_seconds=30, throttled=True))
    world.accept()
    world.work()
    for _ in range(50):
        world.accept()
    world.run(29)
    assert len(world.upstream.submits) == 1
    world.run(60)
    assert len(world.upstream.submits) == 52


def test_a_refused_key_raises_an_alarm_and_fails_no_job(world: World) -> None:
    world.upstream.script_submit(*[KeyRefused("401")] * 5)
    jobs = [world.accept() for _ in range(10)]
    world.run(30)
    assert world.telemetry.counts["UpstreamRefused"] == 1
    assert len(world.upstream.submits) == 1
    world.run(600)
    assert all(world.job(job).status is JobStatus.PROCESSING for job in jobs)


def test_a_refused_request_fails_the_job_unbilled(world: World) -> None:
    world.upstream.script_submit(Refused(JobFailure(ErrorCode.UPSTREAM_REJECTED, "no such size")))
    job = world.accept()
    world.work()
    ended = world.job(job)
    assert ended.failure == JobFailure(ErrorCode.UPSTREAM_REJECTED, "no such size")
    assert ended.billed is Billed.NO
    assert world.permits.running == 0
    assert len(world.sender.sent) == 1


def test_no_post_is_started_without_the_time_for_it(world: World) -> None:
    world.seconds_left = 30
    job = world.accept()
    world.work()
    assert world.upstream.submits == []
    assert world.job(job).status is JobStatus.QUEUED
    assert len(world.queue.waiting) == 1


def test_a_late_callback_never_flips_a_terminal_state(world: World) -> None:
    job = in_doubt(world)
    world.run(3700)
    world.callback(job, "pred-late")
    world.work()
    ended = world.job(job)
    assert ended.status is JobStatus.FAILED
    assert (ended.billed, ended.prediction_id) == (Billed.YES, "pred-late")
    assert world.telemetry.counts["OrphanCharge"] == 1


def test_a_second_task_for_one_attempt_raises_the_duplicate_charge_alarm(world: World) -> None:
    job = world.accept()
    world.work()
    world.callback(job, "pred-other")
    assert world.telemetry.counts["DuplicateCharge"] == 1
    assert world.job(job).prediction_id == "pred-1"


def test_a_callback_for_an_attempt_that_was_given_up_is_an_orphan_charge(world: World) -> None:
    world.upstream.script_submit(NotCreated("connect_failed"))
    job = world.accept()
    world.work()
    world.callback(job, "pred-x", attempt_id="att_first")
    assert world.telemetry.counts["OrphanCharge"] == 1
    assert world.job(job).status is JobStatus.QUEUED


def test_a_reply_that_names_another_task_than_the_callback_is_a_duplicate_charge(world: World) -> None:
    job = world.accept()
    submit = world.upstream.submit

    def other(model: str, inputs: object, webhook_url: str | None) -> object:
        submit(model, inputs, webhook_url)  # type: ignore[arg-type]
        world.callback(job, "pred-1")
        return Created("pred-2")

    world.upstream.submit = other  # type: ignore[assignment,method-assign]
    world.work()
    assert world.telemetry.counts["DuplicateCharge"] == 1
    assert world.job(job).prediction_id == "pred-1"


def test_an_unknown_jobs_message_is_dropped_and_counted(world: World) -> None:
    world.advance(JobMessage(TENANT, "job_unknown"))
    assert world.telemetry.counts["UnknownJob"] == 1


def test_a_hold_that_cannot_be_written_leaves_no_false_doubt(world: World) -> None:
    def throttled(*_: object) -> None:
        raise ThrottledError

    world.permits.narrow = throttled  # type: ignore[assignment,method-assign]
    world.upstream.script_submit(NotCreated("429", throttled=True))
    job = world.accept()
    world.work()
    assert world.job(job).status is JobStatus.QUEUED
    assert world.telemetry.counts["HoldLost"] == 1


@pytest.mark.parametrize("asked", [3600.0, 999_999_999.0])
def test_no_retry_after_of_upstreams_stops_everybody_for_long(world: World, asked: float) -> None:
    world.upstream.script_submit(NotCreated("429", retry_after_seconds=asked, throttled=True))
    jobs = [world.accept() for _ in range(3)]
    world.run(150)
    assert all(world.job(job).status is JobStatus.PROCESSING for job in jobs)


def test_what_can_fail_before_the_post_fails_before_the_intent(world: World) -> None:
    def unreadable(_: Job) -> str:
        raise ThrottledError("no signing key")

    job = world.accept()
    [message] = world.queue.receive()
    with pytest.raises(ThrottledError):
        advance(replace(world.poller, callback_url=unreadable), message)
    assert world.job(job).status is JobStatus.QUEUED
    assert world.permits.running == 0


def doubted_during_the_post(world: World, outcome: SubmitOutcome) -> Job:
    """The worker is so slow that another one has put its attempt in doubt before the POST's outcome comes."""
    job = world.accept()

    def slow(*_: object) -> SubmitOutcome:
        world.clock.advance(45)
        world.advance(JobMessage(TENANT, job.id))
        assert world.job(job).billed is Billed.UNKNOWN
        return outcome

    world.upstream.submit = slow  # type: ignore[assignment,method-assign]
    world.work()
    return world.job(job)


def test_a_known_outcome_ends_a_doubt(world: World) -> None:
    assert doubted_during_the_post(world, Created("pred-1")).prediction_id == "pred-1"
    assert world.telemetry.counts["OrphanCharge"] == 0


def test_a_refusal_ends_a_doubt_unbilled(world: World) -> None:
    refused = doubted_during_the_post(world, Refused(JobFailure(ErrorCode.UPSTREAM_REJECTED, "no")))
    assert (refused.status, refused.billed) == (JobStatus.FAILED, Billed.NO)


def test_a_post_that_created_nothing_ends_a_doubt_and_gives_one_slot_back(world: World) -> None:
    world.permits.take(world.clock())
    assert doubted_during_the_post(world, NotCreated("connect_failed")).status is JobStatus.QUEUED
    assert world.permits.running == 1


def test_a_reconcilers_mark_during_the_post_does_not_end_the_chain_of_looks(world: World) -> None:
    job = world.accept()
    submit = world.upstream.submit

    def marked(model: str, inputs: object, webhook_url: str | None) -> object:
        world.clock.advance(121)
        assert world.reconciler.reconcile() == 1
        world.clock.advance(-121)
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = marked  # type: ignore[assignment,method-assign]
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.run(16)
    assert world.job(job).status is JobStatus.COMPLETED
