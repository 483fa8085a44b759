"""Mistakes that pay twice, or hide a charge."""

from dataclasses import replace
from typing import Any

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.upstream import Ambiguous, NotCreated
from darkroom.ports import JobMessage
from darkroom.usecases import adopt, advance, not_created, resolve_doubt, start
from darkroom.usecases.context import Poller
from darkroom.usecases.finish import finish
from darkroom.wavespeed import callback_token, outcome
from simulation.mutants.planting import Plant


def re_posts_after_a_read_timeout(plant: Plant) -> None:
    def ambiguous(poller: Poller, job: Job, reason: str, message: JobMessage) -> None:
        not_created.not_created(poller, job, NotCreated(reason), message)

    plant(start, "_ambiguous", ambiguous)


def takes_a_5xx_for_not_created(plant: Plant) -> None:
    real = outcome.outcome_of_answer

    def outcome_of_answer(answer: Any) -> Any:
        judged = real(answer)
        return NotCreated(judged.reason) if isinstance(judged, Ambiguous) else judged

    plant(outcome, "outcome_of_answer", outcome_of_answer)


def posts_before_the_intent_is_stored(plant: Plant) -> None:
    def record_intent(poller: Poller, job: Job, attempt: Any) -> Job:
        return job.submitting(attempt)

    plant(start, "_record_intent", record_intent)


def charges_twice_on_redelivery(plant: Plant) -> None:
    """A message for a job that is being submitted begins anew."""

    def again(poller: Poller, job: Job, message: JobMessage) -> None:
        start.start(poller, poller.jobs.save(job.requeued(poller.clock())), message)

    plant(advance, "_STEPS", {**advance._STEPS, JobStatus.SUBMITTING: again})


def takes_a_conflict_for_its_own_intent(plant: Plant) -> None:
    """Whoever else has moved the job to `submitting` makes the POST too."""
    real = start._record_intent

    def record_intent(poller: Poller, job: Job, attempt: Any) -> Job | None:
        intended = real(poller, job, attempt)
        current = poller.jobs.get(job.tenant, job.id)
        submitting = current is not None and current.status is JobStatus.SUBMITTING
        return intended or (current if submitting else None)

    plant(start, "_record_intent", record_intent)


def terminal_state_overwritten_by_late_callback(plant: Plant) -> None:
    def adopted(self: adopt.Adopter, tenant: str, job_id: str, attempt_id: str, prediction_id: str) -> None:
        job = self.jobs.get(tenant, job_id)
        if job is not None and job.attempt is not None and job.attempt.id == attempt_id:
            moved = replace(job, status=JobStatus.PROCESSING, prediction_id=prediction_id)
            self.jobs.save(replace(moved, submitted_at=self.clock()))
            self.queue.send(JobMessage(tenant, job_id))

    plant(adopt.Adopter, "adopt", adopted)


def accepts_forged_attempt(plant: Plant) -> None:
    plant(callback_token, "is_code", lambda *arguments: True)


def adopts_a_task_that_is_not_surely_its_own(plant: Plant) -> None:
    """From upstream's list, by the prompt alone."""
    plant(
        resolve_doubt,
        "_same",
        lambda prediction, wanted: prediction.input.get("prompt") == wanted["prompt"],
    )


def releases_the_hold_on_ambiguity(plant: Plant) -> None:
    """What is unknown is called not billed."""
    real = Job.failed

    def failed(self: Job, failure: Any, billed: Billed, now: float) -> Job:
        return real(self, failure, Billed.NO if billed is Billed.UNKNOWN else billed, now)

    plant(Job, "failed", failed)


def says_nothing_of_a_second_charge(plant: Plant) -> None:
    plant(adopt, "count_charge", lambda *arguments, **fields: None)


def calls_a_cancelled_task_not_billed(plant: Plant) -> None:
    real = Job.cancelled
    plant(Job, "cancelled", lambda self, now: replace(real(self, now), billed=Billed.NO))


def gives_up_at_once_what_is_in_doubt(plant: Plant) -> None:
    """As if upstream had surely made no task."""

    def resolve(poller: Poller, job: Job, message: JobMessage) -> None:
        failure = JobFailure(ErrorCode.UPSTREAM_TIMEOUT, "Nothing came of it.")
        finish(poller, job, lambda current: current.failed(failure, Billed.NO, poller.clock()))

    plant(advance, "_STEPS", {**advance._STEPS, JobStatus.SUBMITTING: resolve})
