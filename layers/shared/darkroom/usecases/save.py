"""Save a move on a job that others may mark meanwhile."""

from collections.abc import Callable

from darkroom.jobs.job import Job
from darkroom.ports import JobChangedError, JobsTable


def save_move(jobs: JobsTable, job: Job, move: Callable[[Job], Job]) -> Job:
    """Make the move on whatever version stands there, as long as it is in the state that was read.

    The reconciler's marks and the webhook's attempts are written beside the job's own moves and must not
    undo them. Raises JobChangedError where the job itself has moved.
    """
    while True:
        try:
            return jobs.save(move(job))
        except JobChangedError as conflict:
            current = conflict.current
            if current is None or (current.status, current.attempt) != (job.status, job.attempt):
                raise
            job = current
