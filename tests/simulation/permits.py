"""Upstream's permits in memory, as the writer on DynamoDB has them, watched."""

from collections.abc import Callable
from random import Random
from typing import TypeVar

from darkroom.jobs.backlog import Turns, job_id_at
from darkroom.jobs.gate import Admission, Gate, Released
from darkroom.jobs.permits import PermitLimits
from memory.jobs_table import MemoryJobsTable
from memory.permits import MemoryPermits
from simulation.boundary import Effects
from simulation.judge_posts import PostsJudge
from simulation.tables import Indexes

_STALE_SECONDS = 1.0
"""A process may go by what it last saw of the gate for so long."""
_LONGEST_UNSEEN_SECONDS = 20.0
"""A job that waits shows in the index by then, and to the next tick."""
_Answer = TypeVar("_Answer")


class Permits(MemoryPermits):
    """As the writer on DynamoDB it may let a job wait on the word of what was seen a moment ago."""

    def __init__(
        self,
        account: str,
        limits: PermitLimits,
        jobs: MemoryJobsTable,
        indexes: Indexes,
        effects: Effects,
        posts: PostsJudge,
        random: Random,
    ) -> None:
        super().__init__(limits, jobs)
        self._posts = posts
        self._account = account
        self._indexes = indexes
        self._effects = effects
        self._random = random
        self._seen: tuple[float, Gate] = (0.0, self.standing)

    def take(self, now: float) -> Admission:
        closed = self.standing.line.closed
        admission = super().take(now)
        if admission.granted:
            passed = closed or self._posts.judge.waited_seconds(self._account) > _LONGEST_UNSEEN_SECONDS
            self._posts.judge.require(not passed, "nobody passes by those that wait", self._account)
            self._posts.granted(now)
        return admission

    def renew(self, taken_at: float, now: float) -> Admission:
        admission = super().renew(taken_at, now)
        if admission.granted:
            self._posts.granted(now)
        return admission

    def rest(self, beat: int, empty_at: float, now: float) -> bool:
        waited = self._posts.judge.waited_seconds(self._account)
        rests = super().rest(beat, empty_at, now)
        self._posts.judge.require(not (rests and waited), "the ticks end when nobody waits", self._account)
        return rests

    def gate(self, now: float) -> Gate:
        return self._seen_lately() or self.standing

    def release(self, turns: Turns, now: float, due_at: float) -> Released:
        before = self.standing
        released = super().release(turns, now, due_at)
        self._posts.released(map(job_id_at, released.places), now)
        self._written(before)
        return released

    def _change(self, apply: Callable[[Gate], tuple[Gate, _Answer]]) -> _Answer:
        seen = self._seen_lately()
        if seen is not None:
            after, answer = apply(seen)
            if after == seen and isinstance(answer, Admission):
                return answer
        if isinstance(apply(self.standing)[1], Admission) and self._effects.faults.happens(
            "gate is contended"
        ):
            return Admission(False, retry_seconds=self._random.uniform(0.2, 1.0))  # type: ignore[return-value]
        before = self.standing
        changed = super()._change(apply)
        self._written(before)
        return changed

    def _move(self, after: Gate | None) -> bool:
        before = self.standing
        moved = super()._move(after)
        self._written(before)
        return moved

    def _seen_lately(self) -> Gate | None:
        at, gate = self._seen
        fresh = self._effects.scheduler.now - at < _STALE_SECONDS
        return gate if fresh and self._effects.faults.happens("stale gate") else None

    def _written(self, before: Gate) -> None:
        if before == self.standing:
            return
        if self._effects.scheduler.now - self._seen[0] > self._random.random():
            self._seen = (self._effects.scheduler.now, before)
        self._indexes.lines.write(self._account, self.standing.line.watched or None)
