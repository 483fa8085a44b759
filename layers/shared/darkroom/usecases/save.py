"""Save a move on a job that others may mark meanwhile, and give its permit's slot back exactly once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from darkroom.jobs.job import Job
from darkroom.ports import JobChangedError, JobsTable, ThrottledError
from darkroom.usecases.context import Poller

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 2.0
_MOST_SECONDS = 20.0
_RESERVE_SECONDS = 3.0
"""Of the worker's time: not used up with waiting."""


def save_move(jobs: JobsTable, job: Job, move: Callable[[Job], Job]) -> Job:
    """Make the move on whatever version stands there, as long as state and attempt are the same.

    The reconciler's marks, a doubt and the webhook's attempts are written beside the job's own moves and
    must not undo them. Raises JobChangedError where the job itself has moved.
    """
    return _moved(jobs.save, job, move)


def save_outcome(poller: Poller, job: Job, move: Callable[[Job], Job]) -> Job:
    """As `save_move`, for what came of a POST: no other worker knows it, and lost it leaves a doubt.

    While the table is throttled it is written again, as long as the worker's time allows.
    """
    return _moved(partial(_save_patiently, poller), job, move)


def _moved(save: Callable[[Job], Job], job: Job, move: Callable[[Job], Job]) -> Job:
    while True:
        try:
            return save(move(job))
        except JobChangedError as conflict:
            current = conflict.current
            if current is None or _place(current) != _place(job):
                raise
            job = current


def save_and_give_back(poller: Poller, job: Job, move: Callable[[Job], Job]) -> Job:
    """A move after which the job counts no longer against the concurrent tasks."""
    saved, slot_taken_at = save_and_clear(poller, job, move)
    poller.give_back(saved, slot_taken_at)
    return saved


def save_and_clear(poller: Poller, job: Job, move: Callable[[Job], Job]) -> tuple[Job, float | None]:
    """As `save_and_give_back`, with the slot that the caller must give back.

    Only the write that clears it from the job gives it back: whoever comes later finds it cleared.
    """
    held: float | None = None

    def clearing(current: Job) -> Job:
        nonlocal held
        held = current.slot_taken_at
        return move(current).slot_given_back()

    if job.attempt is not None and job.prediction_id is None:  # a POST that has no task, as far as is known
        return save_outcome(poller, job, clearing), held
    return save_move(poller.jobs, job, clearing), held


def _save_patiently(poller: Poller, job: Job) -> Job:
    until = poller.clock() + min(_MOST_SECONDS, poller.time_left() - _RESERVE_SECONDS)
    pause, repeated = _FIRST_PAUSE_SECONDS, False
    while True:
        try:
            return poller.jobs.save(job)
        except ThrottledError:
            if poller.clock() + pause > until:
                raise
        except JobChangedError as conflict:
            if repeated and conflict.current is not None and _same(conflict.current, job):
                return conflict.current  # an earlier one has landed for all that
            raise
        poller.sleep(pause)
        pause, repeated = min(2 * pause, _LONGEST_PAUSE_SECONDS), True


def _same(standing: Job, written: Job) -> bool:
    """But for what only the table writes."""
    return replace(standing, revision=written.revision, booked=written.booked) == written


def _place(job: Job) -> tuple[str, str | None, float | None]:
    # Who finds it released meanwhile leaves it to its release
    return job.status, job.attempt.id if job.attempt else None, job.permit_at
