"""Save a move on a job that others may mark meanwhile, and give its permit's slot back exactly once."""

from collections.abc import Callable

from darkroom.jobs.job import Job
from darkroom.ports import JobChangedError, JobsTable
from darkroom.usecases.context import Poller


def save_move(jobs: JobsTable, job: Job, move: Callable[[Job], Job]) -> Job:
    """Make the move on whatever version stands there, as long as state and attempt are the same.

    The reconciler's marks, a doubt and the webhook's attempts are written beside the job's own moves and
    must not undo them. Raises JobChangedError where the job itself has moved.
    """
    while True:
        try:
            return jobs.save(move(job))
        except JobChangedError as conflict:
            current = conflict.current
            if current is None or _place(current) != _place(job):
                raise
            job = current


def save_and_release(poller: Poller, job: Job, move: Callable[[Job], Job]) -> Job:
    """A move after which the job counts no longer against the concurrent tasks."""
    saved, slot_taken_at = save_and_clear(poller, job, move)
    poller.give_back(saved, slot_taken_at)
    return saved


def save_and_clear(poller: Poller, job: Job, move: Callable[[Job], Job]) -> tuple[Job, float | None]:
    """As `save_and_release`, with the slot that the caller must give back.

    Only the write that clears it from the job gives it back: whoever comes later finds it cleared.
    """
    held: float | None = None

    def clearing(current: Job) -> Job:
        nonlocal held
        held = current.slot_taken_at
        return move(current).slot_given_back()

    return save_move(poller.jobs, job, clearing), held


def _place(job: Job) -> tuple[str, str | None, float | None]:
    # Who finds it released meanwhile leaves it to its release
    return job.status, job.attempt.id if job.attempt else None, job.permit_at
