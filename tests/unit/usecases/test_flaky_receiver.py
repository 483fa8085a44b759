"""10,000 events to a receiver that fails every second time, by workers that die: none is lost."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from random import Random

from darkroom.jobs.delivery import Delivery, DeliveryStatus
from darkroom.jobs.ids import event_id
from darkroom.jobs.job import Job, Terms
from darkroom.usecases.deliver import delivery_message
from darkroom.usecases.replay_since import Replayer
from darkroom.webhooks.sender import DeliveryResult
from memory.sender import answered
from memory.world import OVERDUE_SECONDS, TENANT, World, a_request

EVENTS = 10_000
FAILS, LOST_ANSWER, KILLED_BEFORE, KILLED_AFTER = 0.5, 0.1, 0.02, 0.02
EXHAUSTED = frozenset({DeliveryStatus.EXHAUSTED})
HOUR = 3600


class KilledError(BaseException):
    """The worker is gone, and its message with it."""


class FlakyReceiver:
    """`taken`: the bodies that it took, by the event's id."""

    def __init__(self) -> None:
        self.random = Random(20_261_120)
        self.taken: dict[str, list[bytes]] = defaultdict(list)
        self.bodies: dict[str, set[bytes]] = defaultdict(set)

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, deadline_seconds: float
    ) -> DeliveryResult:
        drawn = self.random.random
        if drawn() < KILLED_BEFORE:
            raise KilledError
        self.bodies[headers["webhook-id"]].add(body)
        if drawn() < FAILS:
            return answered(503)
        self.taken[headers["webhook-id"]].append(body)
        if drawn() < KILLED_AFTER:
            raise KilledError
        if drawn() < LOST_ANSWER:
            return DeliveryResult(ok=False, error="connection_lost", duration_ms=12)
        return answered(200)


def jobs_that_ended(world: World) -> list[Job]:
    now = world.clock()
    pending = Delivery(DeliveryStatus.PENDING)
    request = a_request()
    ended = [
        Job(f"job_{number:026d}", TENANT, request, now, now, Terms(None)).cancelled(now)
        for number in range(EVENTS)
    ]
    made = [replace(job, delivery=pending).due(now + OVERDUE_SECONDS) for job in ended]
    world.jobs.add_all(made)
    return made


def work(world: World) -> None:
    for queue, is_slow in ((world.webhook_queue, False), (world.slow_webhook_queue, True)):
        for message in queue.receive():
            with suppress(KilledError):
                world.deliverer.deliver(message, in_slow_lane=is_slow)


def run(world: World, seconds: float) -> None:
    ends_at = world.clock() + seconds
    while world.clock() < ends_at:
        world.clock.advance(60)
        world.reconciler.reconcile()
        work(world)


def statuses(world: World) -> set[DeliveryStatus]:
    return {job.delivery.status for job in world.jobs.all()}


def test_ten_thousand_events_all_reach_a_flaky_receiver_under_one_id_each() -> None:
    world = World()
    receiver = world.sender = FlakyReceiver()  # type: ignore[assignment]
    made = jobs_that_ended(world)
    for job in made:
        world.webhook_queue.send(delivery_message(job))
    run(world, 40 * HOUR)
    assert statuses(world) == {DeliveryStatus.DELIVERED, DeliveryStatus.EXHAUSTED}
    replayer = Replayer(world.jobs, world.deliverer, world.clock)
    while DeliveryStatus.EXHAUSTED in statuses(world):
        cursor: str | None = ""
        while cursor is not None:
            cursor = replayer.replay(TENANT, 0, EXHAUSTED, cursor or None, None).cursor
        run(world, 40 * HOUR)
    assert statuses(world) == {DeliveryStatus.DELIVERED}
    assert receiver.taken.keys() == {event_id(job.id) for job in made}
    assert all(len(bodies) == 1 for bodies in receiver.bodies.values())
