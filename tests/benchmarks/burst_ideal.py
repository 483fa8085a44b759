"""What a burst could come to at best: upstream's limits used to the last, without any way or work between."""

import heapq
from collections import deque
from collections.abc import Sequence

from darkroom.jobs.permits import PermitLimits


def ideal_starts(
    limits: PermitLimits, tenants: Sequence[str], arrivals: Sequence[float], seconds: Sequence[float]
) -> list[float]:
    """When each job starts, round robin over the tenants. `arrivals` are in order."""
    lines: dict[str, deque[int]] = {tenant: deque() for tenant in tenants}
    turns, starts, ends = deque(lines), deque[float](), list[float]()
    started = [0.0] * len(tenants)
    arrived, now = 0, arrivals[0]
    for _ in tenants:
        while True:
            while arrived < len(tenants) and arrivals[arrived] <= now:
                lines[tenants[arrived]].append(arrived)
                arrived += 1
            while starts and starts[0] <= now - 60:
                starts.popleft()
            while ends and ends[0] <= now:
                heapq.heappop(ends)
            if not any(lines.values()):
                now = arrivals[arrived]
            elif len(starts) >= limits.images_per_minute:
                now = starts[0] + 60
            elif len(ends) >= limits.concurrent_tasks:
                now = ends[0]
            else:
                break
        while not lines[turns[0]]:
            turns.rotate(-1)
        job = lines[turns[0]].popleft()
        turns.rotate(-1)
        started[job] = now
        starts.append(now)
        heapq.heappush(ends, now + seconds[job])
    return started
