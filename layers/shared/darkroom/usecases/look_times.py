"""When to look at a model's tasks, and what is learned of it from those that have ended.

A process collects what it sees and adds it to the store's counts now and then: no write a job, and none
that a job depends on. What a killed process had collected is lost, and no matter.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock

from darkroom.jobs.inference_times import FULL, InferenceTimes, bucket_of
from darkroom.jobs.job import Job
from darkroom.jobs.look_plan import plan
from darkroom.jobs.looks import LookSchedule, built_in
from darkroom.ports import InferenceTimesTable, Telemetry, ThrottledError

FRESH_SECONDS = 60.0
COLLECT_TASKS = 20
COLLECT_SECONDS = 60.0
MOST_COLLECTED = 200
"""Of a model's tasks while the store can't be written to; more are not kept."""
TOLD_SHARE = 0.25
"""A first look that moves by more is told in the log."""


@dataclass
class _Known:
    """Of one model. `since`: when the first of those collected was seen; `again_at`: no writing before it."""

    schedule: LookSchedule
    times: InferenceTimes = field(default_factory=InferenceTimes)
    fresh_until: float = -math.inf
    collected: Counter[int] = field(default_factory=Counter)
    since: float = 0.0
    again_at: float = -math.inf

    def collect(self, bucket: int, now: float) -> None:
        if not self.collected:
            self.since = now
        if self.collected.total() < MOST_COLLECTED:
            self.collected[bucket] += 1

    def taken(self, now: float) -> Counter[int]:
        """What is to be written now: nothing while it is little and fresh, or not the time to try again."""
        enough = self.collected.total() >= COLLECT_TASKS or now >= self.since + COLLECT_SECONDS
        if now < self.again_at or not enough:
            return Counter()
        taken, self.collected = self.collected, Counter()
        return taken


class LookTimes:
    """One a process, safe in threads. Raises nothing: where the store can't be read, the schedule that was
    made last goes on, and before the first reading the built-in one."""

    def __init__(
        self,
        table: InferenceTimesTable,
        telemetry: Telemetry,
        random: Random,
        monotonic: Callable[[], float],
        *,
        callbacks: bool,
    ) -> None:
        self._table = table
        self._telemetry = telemetry
        self._random = random
        self._monotonic = monotonic
        self._callbacks = callbacks
        self._models: dict[str, _Known] = {}
        self._lock = Lock()

    def schedule(self, model_id: str) -> LookSchedule:
        now = self._monotonic()
        with self._lock:
            known = self._known(model_id)
            stale = now >= known.fresh_until
            known.fresh_until = now + FRESH_SECONDS if stale else known.fresh_until
        if stale:  # the other threads go on with what there is meanwhile
            self._renew(model_id, known)
        return known.schedule

    def next_seconds(self, job: Job, now: float) -> int:
        """To the next look at the job's task."""
        return self.schedule(job.request.model).next_seconds(now - (job.submitted_at or now))

    def ended(self, job: Job, inference_ms: int | None, seen_at: float, *, called_back: bool) -> None:
        """Upstream has completed the job's task; it was seen at `seen_at`.

        Upstream's own figure counts, but never for more than the time since the attempt began; without one
        what a callback shows, else a time between the last two looks, as likely as it is.
        """
        if job.attempt is None:
            return
        known = self._known(job.request.model)
        longest = max(seen_at - job.attempt.started_at, 0.0)
        if inference_ms is not None and inference_ms > 0:
            bucket = bucket_of(min(inference_ms / 1000, longest))
        elif called_back:
            bucket = bucket_of(longest)
        else:
            earlier = known.schedule.before(seen_at - (job.submitted_at or seen_at))
            bucket = known.times.distribution().drawn_between(earlier, longest, self._random)
        self._collect(job.request.model, known, bucket)

    def _collect(self, model_id: str, known: _Known, bucket: int) -> None:
        now = self._monotonic()
        with self._lock:
            known.collect(bucket, now)
            taken = known.taken(now)
        if not taken:
            return
        try:
            self._learn(model_id, known, self._table.add(model_id, taken))
        except ThrottledError as error:
            self._say("inference_times_not_written", model_id, error)
            with self._lock:
                known.collected.update(taken)
                known.again_at = now + COLLECT_SECONDS
        else:
            self._fade(model_id, known.times)

    def _fade(self, model_id: str, times: InferenceTimes) -> None:
        if times.total < FULL:
            return
        try:
            self._table.fade(model_id, times)
        except ThrottledError as error:  # whoever writes next does it
            self._say("inference_times_not_written", model_id, error)

    def _renew(self, model_id: str, known: _Known) -> None:
        try:
            self._learn(model_id, known, self._table.read(model_id))
        except ThrottledError as error:
            self._say("inference_times_not_read", model_id, error)

    def _learn(self, model_id: str, known: _Known, times: InferenceTimes) -> None:
        if times == known.times:
            return
        before, planned = known.schedule.offsets[0], plan(times, callbacks=self._callbacks)
        known.times, known.schedule = times, planned
        if abs(planned.offsets[0] - before) > before * TOLD_SHARE:
            self._telemetry.info("looks_planned", model=model_id, first_seconds=planned.offsets[0])

    def _known(self, model_id: str) -> _Known:
        return self._models.setdefault(model_id, _Known(built_in(callbacks=self._callbacks)))

    def _say(self, message: str, model_id: str, error: ThrottledError) -> None:
        self._telemetry.info(message, model=model_id, reason=str(error))
