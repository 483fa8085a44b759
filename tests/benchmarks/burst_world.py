"""The real use cases on ports in memory under a clock of events: queues and networks take their time there,
and upstream enforces exactly its limits."""

import heapq
import math
from collections import Counter, deque
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from darkroom.jobs.account import Account
from darkroom.jobs.gate import Released
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.upstream import Created, NotCreated, SubmitOutcome
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.advance import work
from memory.backlog import MemoryBacklog
from memory.clock import FakeClock
from memory.jobs_table import MemoryJobsTable
from memory.permits import MemoryPermits
from memory.upstream import FakeUpstream
from memory.world import OUTPUT_URL, World, a_request

INDEX_LAG_SECONDS = 0.1
RELEASE_SECONDS = 0.03
DEADLINE_SECONDS = 86_400
MEDIAN_INFERENCE_SECONDS = 6.0


class Events:
    """What happens when; the clock jumps from one to the next."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._made = 0

    def at(self, time: float, happen: Callable[[], None]) -> None:
        self._made += 1
        heapq.heappush(self._heap, (max(time, self.clock.now), self._made, happen))

    def run(self, until: Callable[[], bool]) -> None:
        while self._heap and not until():
            self._next()

    def sleep(self, seconds: float) -> None:
        """What is due meanwhile happens, as it does beside a thread that sleeps."""
        end = self.clock.now + seconds
        while self._heap and self._heap[0][0] <= end:
            self._next()
        self.clock.now = max(self.clock.now, end)

    def _next(self) -> None:
        at, _, happen = heapq.heappop(self._heap)
        self.clock.now = max(self.clock.now, at)
        happen()


class BurstQueue:
    """SQS as it is measured: a few hundredths of a second, now and then half a second."""

    def __init__(self, events: Events, random: Random) -> None:
        self._events = events
        self._random = random
        self.deliver: Callable[[JobMessage | Tick], None] = lambda message: None
        self.received: Counter[type] = Counter()

    def send(self, message: JobMessage | Tick, delay_seconds: float = 0.0) -> None:
        latency = self._random.uniform(0.005, 0.06) + (0.5 if self._random.random() < 0.01 else 0.0)
        self._events.at(
            self._events.clock.now + math.ceil(delay_seconds) + latency, lambda: self._receive(message)
        )

    def send_all(self, messages: Sequence[JobMessage]) -> None:
        for message in messages:
            self.send(message)

    def _receive(self, message: JobMessage | Tick) -> None:
        self.received[type(message)] += 1
        self.deliver(message)


class ExactUpstream(FakeUpstream):
    """Takes no more in any 60 s, and no more at once, than its limits say: the rest is answered 429."""

    def __init__(
        self, events: Events, random: Random, limits: PermitLimits, seconds: Sequence[float]
    ) -> None:
        super().__init__(events.clock)
        self._events = events
        self._random = random
        self._limits = limits
        self._seconds = seconds
        self._starts: deque[float] = deque()
        self._ends: list[float] = []
        self.throttled = 0
        self.most_at_once = 0
        self.started: dict[str, float] = {}
        self.call_back: Callable[[str, str], None] = lambda url, prediction_id: None

    def submit(self, model: str, inputs: Any, webhook_url: str | None) -> SubmitOutcome:
        arrival = self._events.clock.now + self._random.uniform(0.02, 0.2)
        while self._starts and self._starts[0] <= arrival - 60:
            self._starts.popleft()
        while self._ends and self._ends[0] <= arrival:
            heapq.heappop(self._ends)
        if (
            len(self._starts) >= self._limits.images_per_minute
            or len(self._ends) >= self._limits.concurrent_tasks
        ):
            self.throttled += 1
            return NotCreated("429", throttled=True)
        return self._start(model, inputs, webhook_url or "", arrival)

    def _start(self, model: str, inputs: Any, webhook_url: str, arrival: float) -> Created:
        created = self._next_created()
        ends_at = arrival + self._seconds[int(inputs["prompt"])]
        self._starts.append(arrival)
        heapq.heappush(self._ends, ends_at)
        self.most_at_once = max(self.most_at_once, len(self._ends))
        self.started[inputs["prompt"]] = arrival
        self.hold(created.prediction_id, model, inputs)

        def end() -> None:
            self.finish(created.prediction_id, OUTPUT_URL)
            latency = self._random.uniform(0.05, 0.3)
            self._events.at(ends_at + latency, lambda: self.call_back(webhook_url, created.prediction_id))

        self._events.at(ends_at, end)
        return created


class LaggingBacklog(MemoryBacklog):
    """What was released is still seen for a moment, as in an index of DynamoDB."""

    def __init__(self, *arguments: Any, clock: FakeClock) -> None:
        super().__init__(*arguments)
        self._clock = clock
        self.gone: deque[tuple[float, str]] = deque()

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        while self.gone and self.gone[0][0] <= self._clock.now - INDEX_LAG_SECONDS:
            self.gone.popleft()
        stale = {place for _, place in self.gone if place > after}
        return sorted({*super().waiting(account, after, limit), *stale})[:limit]


class CountingJobs(MemoryJobsTable):
    """`writes` of the jobs' items, and of the index of those that wait."""

    writes = 0

    def _put(self, job: Job) -> None:
        self.writes += 1
        super()._put(job)


class CountingPermits(MemoryPermits):
    writes = 0
    backlog: LaggingBacklog
    events: Events

    def release(self, turns: Any, now: float, due_at: float) -> Released:
        released = super().release(turns, now, due_at)
        self.events.sleep(RELEASE_SECONDS)
        self.backlog.gone.extend((self.events.clock.now, place) for place in released.places)
        return released

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "standing" and value is not getattr(self, name, None):
            self.writes += 1
        super().__setattr__(name, value)


class BurstWorld:
    """Jobs are numbered in the order they come in; the number is the prompt."""

    def __init__(self, limits: PermitLimits, tenants: Sequence[str], seed: int = 1) -> None:
        self.random = Random(seed)
        self.tenants = tenants
        self.seconds = [self.random.lognormvariate(math.log(MEDIAN_INFERENCE_SECONDS), 0.5) for _ in tenants]
        self.accepted: dict[str, float] = {}
        self.received_to_start = 0
        jobs, permits = CountingJobs(), CountingPermits(limits)
        world = World(jobs=jobs, permits=permits, random=self.random)
        self.events = permits.events = Events(world.clock)
        world.sleep = self.events.sleep
        self.queue = world.queue = BurstQueue(self.events, self.random)  # type: ignore[assignment]
        self.upstream = ExactUpstream(self.events, self.random, limits, self.seconds)
        world.upstream = world.upstreams.stack = self.upstream
        self.backlog = LaggingBacklog(jobs, world.upstreams.accounts, clock=world.clock)
        world.backlog = permits.backlog = self.backlog
        world.callback_url = lambda job: f"{job.tenant} {job.id} {job.attempt.id}"  # type: ignore[union-attr]
        self.jobs, self.permits, self.world = jobs, permits, world
        self._wire()

    def run(self, jobs_a_second: float = 500.0) -> "BurstWorld":
        """Until every job has been started."""
        for number, tenant in enumerate(self.tenants):
            at = self.world.clock.now + number / jobs_a_second
            self.accepted[str(number)] = at
            self.events.at(at, lambda tenant=tenant, number=number: self._accept(tenant, str(number)))  # type: ignore[misc]
        self.events.at(self.world.clock.now + 60, self._reconcile)
        self.events.run(lambda: len(self.upstream.started) == len(self.tenants))
        return self

    def _accept(self, tenant: str, prompt: str) -> None:
        request = a_request(prompt=prompt, webhook_url=None, deadline_seconds=DEADLINE_SECONDS)
        self._acceptor.accept(Account(tenant), request)

    def _reconcile(self) -> None:
        self.world.reconciler.reconcile()
        self.events.at(self.world.clock.now + 60, self._reconcile)

    def _wire(self) -> None:
        poller, adopter = self.world.poller, self.world.adopter
        self._acceptor = self.world.acceptor

        def call_back(url: str, prediction_id: str) -> None:
            tenant, job_id, attempt_id = url.split(" ")
            adopter.adopt(tenant, job_id, attempt_id, prediction_id)

        def deliver(message: JobMessage | Tick) -> None:
            if isinstance(message, JobMessage):
                job = self.jobs.get(message.tenant, message.job_id)
                self.received_to_start += job is not None and job.status is JobStatus.QUEUED
            work(poller, message)

        self.queue.deliver = deliver
        self.upstream.call_back = call_back
