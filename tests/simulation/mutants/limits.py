"""Mistakes about upstream's limits, and about the line of those that wait."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.gate import Admission, Gate
from darkroom.jobs.job import Billed, Job
from darkroom.jobs.permits import START_BUCKETS_A_SECOND, PermitLimits, PermitWindow
from darkroom.jobs.upstream import KeyRefused
from darkroom.usecases import after_end, fresh_permit, start
from darkroom.usecases.context import Poller
from darkroom.usecases.dispatch import Dispatcher
from darkroom.usecases.finish import finish
from darkroom.usecases.not_created import not_created
from darkroom.usecases.release import Release
from simulation.mutants.planting import Plant


def fixed_window_limiter(plant: Plant) -> None:
    """Each minute begins anew."""
    real = PermitWindow.without_the_past

    def without_the_past(self: PermitWindow, now: float, limits: PermitLimits) -> PermitWindow:
        window, minute = real(self, now, limits), now // 60 * 60 * START_BUCKETS_A_SECOND
        return replace(window, starts={at: count for at, count in window.starts.items() if at >= minute})

    plant(PermitWindow, "without_the_past", without_the_past)


def starts_without_a_permit(plant: Plant) -> None:
    plant(start, "fresh_permit", lambda poller, job, message: poller.clock())


def posts_on_a_permit_of_long_ago(plant: Plant) -> None:
    plant(fresh_permit, "FRESH_SECONDS", 1e9)


def forgets_to_give_the_slot_back(plant: Plant) -> None:
    plant(Poller, "give_back", lambda self, job, taken_at, **_: None)


def gives_the_slot_back_twice(plant: Plant) -> None:
    real = Poller.give_back

    def give_back(self: Poller, job: Job, taken_at: float | None, *, unused: bool = False) -> None:
        real(self, job, taken_at, unused=unused)
        real(self, job, taken_at)

    plant(Poller, "give_back", give_back)


def leaves_a_cancelled_jobs_slot(plant: Plant) -> None:
    plant(after_end, "_tidy_up", lambda poller, job: (job, None))


def gives_the_slot_back_while_in_doubt(plant: Plant) -> None:
    """An attempt whose outcome is unknown counts no longer against the tasks at once."""
    real = start._ambiguous

    def ambiguous(poller: Poller, job: Job, reason: str, message: Any) -> None:
        real(poller, job, reason, message)
        assert job.attempt is not None
        poller.give_back(job, job.attempt.permit_at)

    plant(start, "_ambiguous", ambiguous)


def rests_before_the_index_is_empty(plant: Plant) -> None:
    """As soon as the line is open."""

    def rest(self: Gate, beat: int, *_: float) -> Gate | None:
        if self.line.closed or self.line.beat != beat:
            return None
        return replace(self, line=replace(self.line, alive_until=None))

    plant(Gate, "rest", rest)


def waits_without_ticks(plant: Plant) -> None:
    plant(Dispatcher, "begin", lambda self, account, beat: None)


def passes_by_those_that_wait(plant: Plant) -> None:
    """Takes for open what is closed."""
    real: Callable[..., tuple[Gate, Admission]] = Gate.take

    def take(self: Gate, now: float, limits: PermitLimits) -> tuple[Gate, Admission]:
        gate, admission = real(replace(self, line=replace(self.line, closed=False)), now, limits)
        return gate, admission

    plant(Gate, "take", take)


def fails_jobs_when_the_key_is_refused(plant: Plant) -> None:
    def gave_up(poller: Poller, job: Job, outcome: Any, message: Any) -> None:
        if isinstance(outcome, KeyRefused):
            failure = JobFailure(ErrorCode.UPSTREAM_REJECTED, "The key was refused.")
            finish(poller, job, lambda current: current.failed(failure, Billed.NO, poller.clock()))
        else:
            not_created(poller, job, outcome, message)

    plant(start, "not_created", gave_up)


def goes_on_with_a_refused_key(plant: Plant) -> None:
    plant(Poller, "hold", lambda self, job, seconds: None)


def goes_on_after_a_429(plant: Plant) -> None:
    plant(Poller, "narrow", lambda self, job, taken_at, seconds: None)


def never_looks_at_who_waits(plant: Plant) -> None:
    """A tick only sends the next one."""
    plant(Release, "rounds", lambda self, most, clock: False)
