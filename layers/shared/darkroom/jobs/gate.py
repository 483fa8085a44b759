"""The gate before an upstream account: its permits, and the line of the jobs that wait for one. Pure.

    open    a job takes its permit on the way
    closed  jobs wait, and nobody passes them by: those that wait are released in their turn

Somebody has to release them: a chain of ticks, each a message that sends the next one. `beat` is the number
of the tick that is due; a message with another number says nothing. Where there was no sign of life until
`alive_until` the due tick's message may be lost, and whoever finds that sends it again. It may have been late
only: of all messages of one number the first counts, so there is one chain however many are sent.
"""

from dataclasses import dataclass, field, replace

from darkroom.jobs.backlog import Turns, tenant_at
from darkroom.jobs.permits import PermitLimits, PermitWindow

LEASE_SECONDS = 15.0
LONGEST_TICK_SECONDS = 5.0
QUIET_SECONDS = 10.0
"""So long after the last job came the ticks go on, for one that is still on its way into the index."""
WATCHED_SECONDS = 600.0
"""So long after the last job came the reconciler goes on to look, for one that the index showed only then."""
_NOTED_SECONDS = 1.0
RELEASE_PAUSE_SECONDS = 0.25
"""Tasks that end release what waits no more often than this, all together."""


@dataclass(frozen=True, slots=True)
class Admission:
    """`granted`: the permit is taken. Else the job has to wait, and `beat` is the tick to send, where there
    may be none. `retry_seconds`: neither is known, ask again after that."""

    granted: bool
    beat: int | None = None
    retry_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`joined_at`: when a job last came, within two seconds; 0.0 where none has for so long that nobody need
    look. `alive_until`: None where there are no ticks. `turn`: the tenant that was released last, `tenants`:
    how many were seen to wait then."""

    closed: bool = False
    joined_at: float = 0.0
    beat: int = 0
    alive_until: float | None = None
    turn: str = ""
    tenants: int = 0
    released_at: float = 0.0

    @property
    def watched(self) -> bool:
        """Whether the reconciler looks for jobs that wait here."""
        return self.joined_at > 0


@dataclass(frozen=True, slots=True)
class Gate:
    window: PermitWindow = field(default_factory=PermitWindow)
    line: Line = field(default_factory=Line)

    def take(self, now: float, limits: PermitLimits) -> tuple["Gate", Admission]:
        if self.line.closed or self.window.room(now, limits) == 0:
            return self.join(now)
        return replace(self, window=self.window.taken(now, limits, 1)), Admission(True)

    def renew(self, taken_at: float, now: float, limits: PermitLimits) -> tuple["Gate", Admission]:
        """Of a job that has a permit, whatever waits. Where it can't start now, it keeps the slot until it
        waits again."""
        window = self.window.renew(taken_at, now, limits)
        return self.join(now) if window is None else (replace(self, window=window), Admission(True))

    def join(self, now: float) -> tuple["Gate", Admission]:
        """A job has to wait. It goes into the index after this, and so is found there by the ticks."""
        line = self.line
        if not line.closed or now - line.joined_at >= _NOTED_SECONDS:
            line = replace(line, closed=True, joined_at=max(now, line.joined_at))
        gate, beat = replace(self, line=line).revive(now)
        return gate, Admission(False, beat)

    def revive(self, now: float) -> tuple["Gate", int | None]:
        """The tick to send, where jobs may wait and there may be none on its way."""
        line = self.line
        if line.alive_until is None and not line.closed:
            return self._unwatched(now), None
        if line.alive_until is not None and line.alive_until > now:
            return self, None
        return replace(self, line=replace(line, alive_until=now + LEASE_SECONDS)), line.beat

    def _unwatched(self, now: float) -> "Gate":
        if now - self.line.joined_at < WATCHED_SECONDS or not self.line.watched:
            return self
        return replace(self, line=replace(self.line, joined_at=0.0))

    def tick(self, beat: int, now: float) -> "Gate | None":
        """With the next tick due. None: this one is not."""
        if self.line.alive_until is None or self.line.beat != beat:
            return None
        return replace(self, line=replace(self.line, beat=beat + 1, alive_until=now + LEASE_SECONDS))

    def rest(self, beat: int, empty_at: float) -> "Gate | None":
        """Without ticks: the index was seen to be empty at that time. None: they must go on."""
        line = self.line
        if line.closed or line.beat != beat or empty_at - line.joined_at < QUIET_SECONDS:
            return None
        return replace(self, line=replace(line, alive_until=None))

    def may_release(self, now: float, limits: PermitLimits) -> bool:
        """Whether a task that has ended should let others in, or the next tick is early enough."""
        due = now - self.line.released_at >= RELEASE_PAUSE_SECONDS
        return self.line.closed and due and self.window.room(now, limits) > 0

    def give_back(self, taken_at: float, limits: PermitLimits, *, unused: bool = False) -> "Gate":
        window = self.window.without_start(taken_at) if unused else self.window
        return replace(self, window=window.give_back(taken_at, limits))

    def hold(self, until: float) -> "Gate":
        return replace(self, window=self.window.hold(until))

    def narrow(self, taken_at: float, now: float, limits: PermitLimits) -> "Gate":
        return replace(self, window=self.window.narrow(taken_at, now, limits))

    def release(self, turns: Turns, now: float, limits: PermitLimits) -> tuple["Gate", "Released"]:
        """As many as there are permits, each with one. Open again where nobody is seen behind them."""
        places = turns.places[: self.window.room(now, limits)]
        last = turns.all_seen and places == turns.places
        line = replace(self.line, closed=not last)
        if places or not last:  # one in vain is no reason for another at once
            line = replace(line, released_at=now)
        if places:
            line = replace(line, turn=tenant_at(places[-1]), tenants=turns.tenants)
        window = self.window.taken(now, limits, len(places))
        gate, beat = replace(self, window=window, line=line).revive(now)
        return gate, Released(places, now, beat)


@dataclass(frozen=True, slots=True)
class Released:
    """Each of the jobs at these places has a permit of that time. `beat`: as in `Admission`. `refused`:
    nobody waits at these any more, whatever the index shows."""

    places: tuple[str, ...]
    permit_at: float
    beat: int | None
    refused: tuple[str, ...] = ()
