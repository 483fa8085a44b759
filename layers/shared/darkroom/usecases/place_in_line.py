"""Where a job that waits for a permit stands, and when it may start: a good guess from two bounded reads."""

import math

from darkroom.jobs.backlog import PlaceInLine, in_turn, place_of, tenant_at
from darkroom.jobs.gate import Gate
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import WINDOW_SECONDS, PermitLimits
from darkroom.ports import Backlog, Permits

EXACT = 1_000
"""With fewer jobs in the line the position is that of their turns, else it is estimated."""


def place_in_line(job: Job, backlog: Backlog, permits: Permits, now: float) -> PlaceInLine | None:
    """None for a job that doesn't wait. Raises ThrottledError."""
    if job.status is not JobStatus.QUEUED or not job.waiting:
        return None
    gate = permits.gate(now)
    position = _position(job, backlog, gate)
    return PlaceInLine(position, _start_seconds(position, gate, permits.limits, now))


def _position(job: Job, backlog: Backlog, gate: Gate) -> int:
    own, account = place_of(job), job.upstream_account
    places = backlog.waiting(account, "", EXACT)
    if len(places) < EXACT:
        lines: dict[str, list[str]] = {}
        for place in sorted({*places, own}):
            lines.setdefault(tenant_at(place), []).append(place)
        return in_turn(lines, gate.line.turn).index(own) + 1
    ahead = backlog.count(account, EXACT, first=f"{job.tenant}#", last=own)
    return max(ahead, 1) * max(gate.line.tenants, 1)


def _start_seconds(position: int, gate: Gate, limits: PermitLimits, now: float) -> int:
    """At the rate that the limits allow, or at the one they are used at where tasks at once are the limit."""
    window, held = gate.window, max(gate.window.held_until - now, 0.0)
    within = limits.narrowed(window.share_at(now))
    a_second = within.images_per_minute / WINDOW_SECONDS
    if sum(window.running.values()) >= within.concurrent_tasks:
        a_second = min(a_second, window.starts_a_second(now))
    behind = max(position - window.room(now, limits), 0)
    return math.ceil(held + behind / a_second)
