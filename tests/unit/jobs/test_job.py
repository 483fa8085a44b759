"""A job's moves: what the table allows, and what each leaves behind."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import TRANSITIONS, Attempt, Billed, Job, JobStatus, StoredOutput, TransitionError
from memory.jobs import a_job

NOW = 1_760_000_100.0
ATTEMPT = Attempt("att_1", NOW, seed=7, permit_at=NOW)
FAILURE = JobFailure(ErrorCode.UPSTREAM_FAILED, "It failed.")
OUTPUT = StoredOutput("outputs/acme/job_1/0.png", "image/png", 1024, 1024, 9, "ab" * 32)

MOVES: dict[JobStatus, Callable[[Job], Job]] = {
    JobStatus.QUEUED: lambda job: job.requeued(NOW),
    JobStatus.SUBMITTING: lambda job: job.submitting(ATTEMPT),
    JobStatus.PROCESSING: lambda job: job.processing("pred-1", NOW),
    JobStatus.COMPLETED: lambda job: job.completed((OUTPUT,), 6_000, NOW),
    JobStatus.FAILED: lambda job: job.failed(FAILURE, Billed.NO, NOW),
    JobStatus.CANCELLED: lambda job: job.cancelled(NOW),
}


def in_status(status: JobStatus) -> Job:
    return a_job(status=status, attempt=None if status is JobStatus.QUEUED else ATTEMPT)


def test_every_status_has_a_move_and_a_row_in_the_table() -> None:
    assert set(MOVES) == set(TRANSITIONS) == set(JobStatus)


@pytest.mark.parametrize("start", JobStatus)
@pytest.mark.parametrize("end", JobStatus)
def test_a_job_moves_as_the_table_allows_and_no_other_way(start: JobStatus, end: JobStatus) -> None:
    if end in TRANSITIONS[start]:
        assert MOVES[end](in_status(start)).status is end
    else:
        with pytest.raises(TransitionError, match=f"{start} can't become {end}"):
            MOVES[end](in_status(start))


def test_no_job_leaves_its_end() -> None:
    ends = {status for status in JobStatus if status.terminal}
    assert ends == {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}


def test_only_a_submitting_job_goes_back_to_the_queue() -> None:
    sources = [status for status in JobStatus if JobStatus.QUEUED in TRANSITIONS[status]]
    assert sources == [JobStatus.SUBMITTING]


def test_the_intent_is_recorded_before_anything_is_billed() -> None:
    job = a_job().submitting(ATTEMPT)
    assert (job.attempt, job.billed, job.updated_at) == (ATTEMPT, Billed.NO, NOW)


def test_a_requeued_job_has_forgotten_its_attempt() -> None:
    assert a_job().submitting(ATTEMPT).requeued(NOW + 1).attempt is None


def test_a_job_in_doubt_stays_submitting_with_its_charge_unknown() -> None:
    job = a_job().submitting(ATTEMPT).in_doubt("read timeout", NOW + 1)
    assert job.status is JobStatus.SUBMITTING
    assert job.billed is Billed.UNKNOWN
    assert job.attempt == replace(ATTEMPT, ambiguous="read timeout")


@pytest.mark.parametrize("status", [status for status in JobStatus if status is not JobStatus.SUBMITTING])
def test_only_an_attempt_can_be_in_doubt(status: JobStatus) -> None:
    with pytest.raises(TransitionError):
        in_status(status).in_doubt("read timeout", NOW)


def test_a_known_task_is_billed_from_then_on() -> None:
    job = a_job().submitting(ATTEMPT).processing("pred-1", NOW + 2)
    assert (job.prediction_id, job.submitted_at, job.billed) == ("pred-1", NOW + 2, Billed.YES)


def test_a_waiting_job_is_cancelled_without_a_charge() -> None:
    assert a_job().cancelled(NOW).billed is Billed.NO


@pytest.mark.parametrize("status", [JobStatus.SUBMITTING, JobStatus.PROCESSING])
def test_the_charge_of_a_task_cut_short_is_unknown(status: JobStatus) -> None:
    assert in_status(status).cancelled(NOW).billed is Billed.UNKNOWN


@pytest.mark.parametrize("end", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED])
def test_an_end_makes_its_event_due_where_a_webhook_is_wanted(end: JobStatus) -> None:
    job = MOVES[end](
        replace(in_status(JobStatus.PROCESSING), request=a_job(webhook_url="https://a.test").request)
    )
    assert (job.delivery.status, job.delivery.next_at, job.finished_at) == (DeliveryStatus.PENDING, NOW, NOW)


def test_an_end_without_a_webhook_has_nothing_to_deliver() -> None:
    assert a_job().cancelled(NOW).delivery.status is DeliveryStatus.NONE


def test_what_became_known_of_the_charge_keeps_the_prediction_and_the_state() -> None:
    ended = in_status(JobStatus.PROCESSING).cancelled(NOW)
    settled = replace(ended, prediction_id="pred-1").settled(Billed.YES)
    assert (settled.status, settled.billed, settled.prediction_id) == (ended.status, Billed.YES, "pred-1")


@pytest.mark.parametrize("known", Billed)
@pytest.mark.parametrize("later", Billed)
def test_what_was_known_of_the_charge_at_the_end_stays(known: Billed, later: Billed) -> None:
    settled = in_status(JobStatus.PROCESSING).failed(FAILURE, known, NOW).settled(later, "pred-1")
    assert (settled.billed, settled.billed_at_end) == (later, known)


def test_a_job_under_way_can_t_be_settled() -> None:
    with pytest.raises(TransitionError):
        in_status(JobStatus.PROCESSING).settled(Billed.YES)


def test_a_slot_is_given_back_once() -> None:
    given_back = in_status(JobStatus.PROCESSING).slot_given_back()
    assert given_back.attempt is not None
    assert given_back.attempt.permit_at is None
    assert a_job().slot_given_back().attempt is None


def test_the_deadline_counts_from_the_creation() -> None:
    job = a_job(deadline_seconds=90)
    assert job.deadline_at == job.created_at + 90
