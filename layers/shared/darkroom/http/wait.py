"""The bounded wait: a request that stays open until its jobs have ended, or its time is up."""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from darkroom.http.errors import invalid_request
from darkroom.jobs.job import Job
from darkroom.jobs.rules import Problem
from darkroom.ports import ThrottledError

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 0.5


def wait_seconds(text: str | None, longest: float) -> float:
    """Of `?wait=SECONDS`. Raises ApiError for what is no number of seconds."""
    if text is None:
        return 0.0
    seconds = float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{0,20})?([eE]-?[0-9]{1,3})?", text) else -1.0
    if not 0 <= seconds <= longest:
        raise invalid_request(Problem("wait", f"must be a number of seconds between 0 and {longest:g}"))
    return seconds


def wait_for_end(
    read: Callable[[], Job],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Job:
    """The job as it stands at its end or when the time is up.

    A read that fails in passing is followed by the next one; raises ThrottledError where none went well.
    """
    known: list[Job] = []

    def read_again() -> list[Job]:
        with suppress(ThrottledError):
            known[:] = [read()]
        return known

    if not _wait(read_again, seconds, clock, sleep):
        raise ThrottledError("the job could not be read")
    return known[0]


def wait_for_ends(
    jobs: Sequence[Job],
    read: Callable[[Job], Job],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Job]:
    """The jobs, in their order, as they stand at the end of the last one or when the time is up.

    Those that have not ended are read side by side, in threads. One that can't be read for the moment stands
    as it was last known.
    """
    from concurrent.futures import ThreadPoolExecutor

    current = {job.id: job for job in jobs}

    def read_open() -> list[Job]:
        running = [job for job in current.values() if not job.status.terminal]
        current.update({job.id: job for job in pool.map(_or_as_known(read), running)})
        return list(current.values())

    with ThreadPoolExecutor(max_workers=len(current)) as pool:
        return _wait(read_open, seconds, clock, sleep)


def _or_as_known(read: Callable[[Job], Job]) -> Callable[[Job], Job]:
    def read_or_known(job: Job) -> Job:
        try:
            return read(job)
        except ThrottledError:
            return job

    return read_or_known


def _wait(
    read: Callable[[], list[Job]],
    seconds: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> list[Job]:
    ends_at, pause = clock() + seconds, _FIRST_PAUSE_SECONDS
    while True:
        jobs = read()
        left = ends_at - clock()
        if (jobs and all(job.status.terminal for job in jobs)) or left <= 0:
            return jobs
        sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
