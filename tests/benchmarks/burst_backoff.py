"""The same burst without a dispatcher: each job tries by itself, and comes again later after a 429."""

import heapq
from collections import deque
from collections.abc import Sequence
from random import Random

from darkroom.jobs.permits import PermitLimits

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 900.0
"""SQS delays a message no longer."""


def backoff_starts(
    limits: PermitLimits, arrivals: Sequence[float], seconds: Sequence[float], seed: int = 1
) -> tuple[list[float], int]:
    """When each job starts, and how many calls were answered 429. The wait doubles, with jitter."""
    random = Random(seed)
    tries = [0] * len(arrivals)
    due = [(at, job) for job, at in enumerate(arrivals)]
    heapq.heapify(due)
    starts, ends, started, throttled = deque[float](), list[float](), [0.0] * len(arrivals), 0
    while due:
        now, job = heapq.heappop(due)
        while starts and starts[0] <= now - 60:
            starts.popleft()
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        if len(starts) < limits.images_per_minute and len(ends) < limits.concurrent_tasks:
            started[job] = now
            starts.append(now)
            heapq.heappush(ends, now + seconds[job])
            continue
        throttled += 1
        wait = min(_FIRST_SECONDS * 2 ** tries[job], _LONGEST_SECONDS)
        tries[job] += 1
        heapq.heappush(due, (now + wait * random.uniform(0.5, 1.0), job))
    return started, throttled
