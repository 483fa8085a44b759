"""Darkroom on the same tasks: the real use cases on ports in memory, one job after the other under a clock
of events, where queues, networks and callbacks take their time."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

from benchmarks.burst_world import BurstQueue, Events
from benchmarks.lag_tasks import Network, Waited
from darkroom.jobs.job import Job
from darkroom.jobs.looks import LookSchedule
from darkroom.jobs.upstream import Created, Prediction, Progress, SubmitOutcome
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.advance import work
from memory.upstream import FakeUpstream
from memory.world import OUTPUT_URL, World

LOST_CALLBACKS = 0.01
"""The share that never comes. Nothing official is known of it: one in a hundred is taken as the usual."""


class FixedLooks:
    """In place of `LookTimes`: one schedule, whatever is seen."""

    def __init__(self, schedule: LookSchedule) -> None:
        self._schedule = schedule

    def next_seconds(self, job: Job, now: float) -> int:
        return self._schedule.next_seconds(now - (job.submitted_at or now))

    def ended(self, job: Job, inference_ms: int | None, seen_at: float, *, called_back: bool) -> None:
        pass


class TimedUpstream(FakeUpstream):
    """Answers as it stands when a request arrives, half of a round trip before its answer is there."""

    def __init__(self, events: Events) -> None:
        super().__init__(events.clock)
        self._events = events
        self._network = Network()
        self.seconds = 0.0
        self.ends_at = 0.0
        self.known_at: float | None = None
        self.on_end: Callable[[str], None] = lambda prediction_id: None

    def submit(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> SubmitOutcome:
        round_trip = self._network.submit()
        self._events.sleep(round_trip / 2)
        created = super().submit(model, inputs, webhook_url)
        assert isinstance(created, Created)
        self.ends_at = self._events.clock.now + self.seconds
        self._events.at(self.ends_at, lambda: self._end(created.prediction_id))
        self._events.sleep(round_trip / 2)
        return created

    def result(self, prediction_id: str) -> Prediction | None:
        round_trip = self._network.read()
        self._events.sleep(round_trip / 2)
        prediction = super().result(prediction_id)
        self._events.sleep(round_trip / 2)
        ended = prediction is not None and prediction.progress is Progress.COMPLETED
        if ended and self.known_at is None:
            self.known_at = self._events.clock.now
        return prediction

    def _end(self, prediction_id: str) -> None:
        self.finish(prediction_id, OUTPUT_URL)
        self.on_end(prediction_id)


class LagWorld:
    """`schedule`: a fixed one; None: the looks are learned."""

    def __init__(
        self, *, callbacks: bool, schedule: LookSchedule | None = None, lost: float = LOST_CALLBACKS
    ):
        self.world = world = World(callbacks=callbacks)
        self._random, self._lost = Random(5), lost
        self._events = Events(world.clock)
        self._queue = world.queue = BurstQueue(self._events, self._random)  # type: ignore[assignment]
        self._upstream = world.upstream = world.upstreams.stack = TimedUpstream(self._events)
        world.sleep = self._events.sleep
        if schedule is not None:
            world.look_times = FixedLooks(schedule)  # type: ignore[assignment]
        self._asked_for = 0
        self._wire(callbacks)

    def run(self, seconds: Sequence[float]) -> Waited:
        waited = Waited()
        for took in seconds:
            lag, polls = self._job(took)
            waited.lag.append(lag)
            waited.polls.append(polls)
        return waited

    def _job(self, seconds: float) -> tuple[float, int]:
        upstream = self._upstream
        upstream.seconds, upstream.known_at = seconds, None
        looks, self._asked_for = len(upstream.looks), 0
        self._accepted = self.world.accept()
        self._events.run(lambda: self.world.job(self._accepted).status.terminal)
        assert upstream.known_at is not None
        return upstream.known_at - upstream.ends_at, len(upstream.looks) - looks - self._asked_for

    def _wire(self, callbacks: bool) -> None:
        poller, adopter = self.world.poller, self.world.adopter

        def deliver(message: JobMessage | Tick) -> None:
            looks = len(self._upstream.looks)
            work(poller, message)
            if (
                isinstance(message, JobMessage)
                and message.job_id == self._accepted.id
                and message.chain is None
            ):
                self._asked_for += len(self._upstream.looks) - looks

        def on_end(prediction_id: str) -> None:
            job = self.world.job(self._accepted)
            assert job.attempt is not None
            call_back = partial(adopter.adopt, job.tenant, job.id, job.attempt.id, prediction_id)
            if self._random.random() >= self._lost:
                self._events.at(self._upstream.ends_at + self._random.uniform(0.05, 0.3), call_back)

        self._queue.deliver = deliver
        if callbacks:
            self._upstream.on_end = on_end
