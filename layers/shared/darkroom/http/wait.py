"""The bounded wait: a request that stays open until its job has ended, or its time is up."""

import re
import time
from collections.abc import Callable

from darkroom.http.errors import invalid_request
from darkroom.jobs.job import Job
from darkroom.jobs.rules import Problem

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 0.5


def wait_seconds(text: str | None, longest: float) -> float:
    """Of `?wait=SECONDS`. Raises ApiError for what is no number of seconds."""
    if text is None:
        return 0.0
    seconds = float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{0,3})?", text) else -1.0
    if not 0 <= seconds <= longest:
        raise invalid_request(Problem("wait", f"must be a number of seconds between 0 and {longest:g}"))
    return seconds


def wait_for_end(
    read: Callable[[], Job],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Job:
    """The job as it stands at its end or when the time is up."""
    ends_at, pause = clock() + seconds, _FIRST_PAUSE_SECONDS
    while True:
        job = read()
        left = ends_at - clock()
        if job.status.terminal or left <= 0:
            return job
        sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
