"""Where a job that waits for a permit stands, and when it may start: a good guess, from few reads.

Whoever waits for a job asks again and again, and the index that tells is the dispatcher's own. So a process
reads it once a second at most for an account and for a tenant, EXACT places of it; and where that fails, or
takes too long, the job has no place to show.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from darkroom.jobs.backlog import PlaceInLine, in_turn, place_of, tenant_at
from darkroom.jobs.gate import Gate
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import WINDOW_SECONDS, PermitLimits
from darkroom.ports import Backlog, Permits
from darkroom.usecases.shared_read import SharedRead

EXACT = 100
"""With fewer jobs in the line the position is that of their turns, else it is estimated."""
_FASTEST_MS = 1_000
"""For EXACT jobs of a tenant to come in: a few that came at the same moment don't make a rate."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The gate, and the first EXACT places behind it."""

    gate: Gate
    places: Sequence[str]


class PlacesInLine:
    """Safe to share between threads."""

    def __init__(
        self,
        backlog: Backlog,
        permits_of: Callable[[str], Permits],
        clock: Callable[[], float],
        *,
        patience_seconds: float = 0.5,
    ) -> None:
        self._backlog = backlog
        self._permits_of = permits_of
        self._clock = clock
        self._lines = SharedRead[_Line](clock, patience_seconds=patience_seconds)
        self._tenants = SharedRead[Sequence[str]](clock, patience_seconds=patience_seconds)

    def of(self, job: Job) -> PlaceInLine | None:
        """None for a job that doesn't wait, and where nobody can tell just now."""
        if job.status is not JobStatus.QUEUED or not job.waiting:
            return None
        account = job.upstream_account
        line = self._lines.get(account, lambda: self._read(account))
        position = None if line is None else self._position(job, line)
        if line is None or position is None:
            return None
        limits = self._permits_of(account).limits
        return PlaceInLine(position, _start_seconds(position, line.gate, limits, self._clock()))

    def _read(self, account: str) -> _Line:
        gate = self._permits_of(account).gate(self._clock())
        return _Line(gate, self._backlog.waiting(account, "", EXACT))

    def _position(self, job: Job, line: _Line) -> int | None:
        if len(line.places) < EXACT:
            return _turn(place_of(job), line)
        in_own_line = self._position_among_its_tenants(job)
        tenants = {job.tenant, *map(tenant_at, line.places)}
        return None if in_own_line is None else in_own_line * max(line.gate.line.tenants, len(tenants))

    def _position_among_its_tenants(self, job: Job) -> int | None:
        """Behind the first EXACT as many as came in the same time, by those of its own priority."""
        own = place_of(job)
        first = self._behind(job.upstream_account, f"{job.tenant}#")
        if first is None or len(first) < EXACT or own <= first[-1]:
            return None if first is None else sum(place < own for place in first) + 1
        prefix = own[: own.index("#", len(job.tenant) + 1) + 1]  # of the tenant's places with its priority
        alike = self._behind(job.upstream_account, prefix)
        if alike is None:
            return None
        return sum(place < prefix for place in first) + _reckoned(own, alike)

    def _behind(self, account: str, prefix: str) -> Sequence[str] | None:
        """The first places that begin with it."""

        def read() -> Sequence[str]:
            places = self._backlog.waiting(account, prefix, EXACT)
            return [place for place in places if place.startswith(prefix)]

        return self._tenants.get(f"{account} {prefix}", read)


def _turn(own: str, line: _Line) -> int:
    """Exactly. One that the index doesn't show yet has its place all the same."""
    lines: dict[str, list[str]] = {}
    for place in sorted({*line.places, own}):
        lines.setdefault(tenant_at(place), []).append(place)
    return in_turn(lines, line.gate.line.turn).index(own) + 1


def _reckoned(own: str, places: Sequence[str]) -> int:
    """How far behind the first of them, if those that can't be seen came as fast as they did, or as
    _FASTEST_MS allows."""
    seen = sum(place < own for place in places)
    if not places or own <= places[-1]:
        return seen + 1
    first, last, at = (_created_ms(place) for place in (places[0], places[-1], own))
    return max(seen + 1, math.ceil(len(places) * (at - first) / max(last - first, _FASTEST_MS)))


def _created_ms(place: str) -> int:
    return int(place.rsplit("#", 2)[1])


def _start_seconds(position: int, gate: Gate, limits: PermitLimits, now: float) -> int:
    """At the rate that the limits allow, or at the one they are used at where tasks at once are the limit."""
    window, held = gate.window, max(gate.window.held_until - now, 0.0)
    within = limits.narrowed(window.share_at(now))
    a_second = within.images_per_minute / WINDOW_SECONDS
    if sum(window.running.values()) >= within.concurrent_tasks:
        a_second = min(a_second, window.starts_a_second(now))
    behind = max(position - window.room(now, limits), 0)
    return math.ceil(held + behind / a_second)
