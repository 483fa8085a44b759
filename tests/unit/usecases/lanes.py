"""The deliveries' Lambdas on one clock, each process with a memory of its own: who waits for whom?

The queues hand out messages in the order in which they came, which is worse than SQS's fair queues are; a
`fair` one, where it is said, prefers tenants with fewer messages in flight, as SQS does.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

from darkroom.jobs.delivery import Delivery, DeliveryAttempt, DeliveryStatus
from darkroom.jobs.job import Job, Terms
from darkroom.ports import JobMessage
from darkroom.usecases.deliver import Deliverer, delivery_message
from darkroom.usecases.slow_lane import SlowLane
from darkroom.webhooks.sender import DeliveryResult
from memory.jobs_table import MemoryJobsTable
from memory.telemetry import MemoryTelemetry
from memory.webhook_secrets import MemoryWebhookSecrets
from memory.world import SECRET, World, a_request
from simulation.scheduler import START, Invocation, Scheduler

CALL_SECONDS = 0.01
"""Of a call of DynamoDB or SQS."""
ANSWER_SECONDS = 0.1
BATCH = 10
NEVER = 1e12


@dataclass
class Lambdas:
    """A queue and the processes that work it: each takes a batch, and no other before all of it is done."""

    scheduler: Scheduler
    handlers: Sequence[Callable[[JobMessage], None]]
    """One for each process."""
    fair: bool = False

    def __post_init__(self) -> None:
        self.free = list(self.handlers)
        self.visible: deque[JobMessage] = deque()
        self.in_flight: Counter[str] = Counter()

    def send(self, message: JobMessage, delay_seconds: float = 0.0) -> None:
        self.scheduler.pause(CALL_SECONDS)
        self.put(message, self.scheduler.now + min(delay_seconds, 900.0))

    def put(self, message: JobMessage, at: float) -> None:
        self.scheduler.at(at, partial(self._arrived, message))

    def _arrived(self, message: JobMessage) -> None:
        self.visible.append(message)
        # A long poll takes what comes together
        self.scheduler.at(self.scheduler.now + CALL_SECONDS, self._take)

    def _take(self) -> None:
        while self.free and self.visible:
            handle = self.free.pop(0)
            batch = [self._next() for _ in range(min(BATCH, len(self.visible)))]
            invocation = Invocation("delivery", NEVER, survived=partial(self._done, handle, batch))
            self.scheduler.start(invocation, [partial(handle, message) for message in batch])

    def _next(self) -> JobMessage:
        message = self.visible[0]
        if self.fair:
            first = {each.tenant: each for each in reversed(self.visible)}
            message = min(first.values(), key=lambda each: self.in_flight[each.tenant])
        self.visible.remove(message)
        self.in_flight[message.tenant] += 1
        return message

    def _done(self, handle: Callable[[JobMessage], None], batch: Sequence[JobMessage]) -> None:
        self.in_flight.subtract(message.tenant for message in batch)
        self.free.append(handle)
        self._take()


class Receivers:
    """`slow.example.com` never answers; all others do, soon. `delays`: of the first POST to those, by job."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.due: dict[str, float] = {}
        self.delays: dict[str, float] = {}
        self.dials = 0

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, deadline_seconds: float
    ) -> DeliveryResult:
        if "slow" in url:
            self.dials += 1
            self.scheduler.pause(deadline_seconds)
            return DeliveryResult(ok=False, error="deadline", duration_ms=round(deadline_seconds * 1000))
        name = headers["webhook-id"].removeprefix("evt_")
        self.delays.setdefault(name, self.scheduler.now - self.due[name])
        self.scheduler.pause(ANSWER_SECONDS)
        return DeliveryResult(ok=True, status_code=200, duration_ms=round(ANSWER_SECONDS * 1000))


class _SlowTable(MemoryJobsTable):
    """Its calls take their time."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self.scheduler = scheduler

    def get(self, tenant: str, job_id: str) -> Job | None:
        self.scheduler.pause(CALL_SECONDS)
        return super().get(tenant, job_id)

    def save(self, job: Job) -> Job:
        self.scheduler.pause(CALL_SECONDS)
        return super().save(job)


class _Over(BaseException):
    pass


class _OneLane(SlowLane):
    """What there was before: nobody leaves the one queue, where every receiver has all of its time."""

    def is_for(self, job: Job, now: float) -> bool:
        return False


class Deliveries:
    """As the template has it: pollers, and the senders of both lanes."""

    def __init__(self, *, lanes: bool = True, pollers: int = 20, quick: int = 10, fair: bool = False) -> None:
        self.random = Random(7)
        self.scheduler = Scheduler(self.random)
        self.jobs = _SlowTable(self.scheduler)
        self.receivers = Receivers(self.scheduler)
        self.lanes = lanes
        self.quick_lane = Lambdas(self.scheduler, [self._deliver(False) for _ in range(quick)])
        self.slow_lane = Lambdas(self.scheduler, [self._deliver(True) for _ in range(quick)], fair)
        self.pollers = Lambdas(self.scheduler, [self._poll() for _ in range(pollers)])

    def deliverer(self) -> Deliverer:
        """Of one process."""
        return Deliverer(
            jobs=self.jobs,
            queue=_Late(lambda: self.quick_lane),
            sender=self.receivers,
            secrets=MemoryWebhookSecrets({"loud": [SECRET], "quiet": [SECRET]}),
            telemetry=MemoryTelemetry(),
            formats=World().deliverer.formats,
            overdue_seconds=120,
            clock=self.scheduler.clock,
            random=self.random,
            slow_lane=(SlowLane if self.lanes else _OneLane)(_Late(lambda: self.slow_lane)),
        )

    def add(self, tenant: str, number: int, at: float, last: DeliveryAttempt | None) -> JobMessage:
        """A delivery that is due at `at`, after the attempt `last`."""
        host = "slow.example.com" if tenant == "loud" else "hooks.example.com"
        request = a_request(webhook_url=f"https://{host}/{number}")
        ended = Job(f"job_{tenant}{number:05d}", tenant, request, START, START, Terms(None)).cancelled(START)
        attempts = () if last is None else (last,)
        delivery = Delivery(DeliveryStatus.PENDING, attempts, len(attempts), at)
        job = replace(ended, delivery=delivery)
        self.jobs.add(job)
        self.receivers.due[job.id.removeprefix("job_")] = at
        return delivery_message(job)

    def run(self, seconds: float) -> list[float]:
        """The delays of those that were delivered within that time, in order."""
        self.scheduler.at(START + seconds, _over)
        with suppress(_Over):
            self.scheduler.run()
        return sorted(self.receivers.delays.values())

    def _deliver(self, in_slow_lane: bool) -> Callable[[JobMessage], None]:
        return partial(self.deliverer().deliver, in_slow_lane=in_slow_lane or not self.lanes)

    def _poll(self) -> Callable[[JobMessage], None]:
        deliverer = self.deliverer()

        def finish(message: JobMessage) -> None:
            job = self.jobs.get(message.tenant, message.job_id)
            assert job is not None
            deliverer.first_attempt(job, 100.0)

        return finish


@dataclass
class _Late:
    """A queue that is made after those who send to it."""

    queue: Callable[[], Lambdas]

    def send(self, message: Any, delay_seconds: float = 0.0) -> None:
        self.queue().send(message, delay_seconds)

    def send_all(self, messages: Sequence[JobMessage]) -> None:
        for message in messages:
            self.send(message)


def _over() -> None:
    raise _Over
