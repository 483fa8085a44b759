"""All events since a time are delivered again: the ones that are meant, once, however often it is asked."""

from collections.abc import Collection

import pytest

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job
from darkroom.usecases.replay_since import Replayer
from memory.sender import answered
from memory.world import TENANT, World

EXHAUSTED = frozenset({DeliveryStatus.EXHAUSTED})
UNDELIVERED = EXHAUSTED | {DeliveryStatus.PENDING}
ALL = UNDELIVERED | {DeliveryStatus.DELIVERED}
GONE, FAILED, TAKEN = answered(410), answered(500), answered(200)


@pytest.fixture
def replayer(world: World) -> Replayer:
    return Replayer(world.jobs, world.deliverer, world.clock)


def ended(world: World, *results: object) -> list[Job]:
    """A job for each answer of the receiver, a minute after the other."""
    world.sender.script(*results)  # type: ignore[arg-type]  # what sender's functions made
    made = []
    for _ in results:
        job = world.accept()
        world.canceller.cancel(TENANT, job.id)
        world.work()
        made.append(job)
        world.webhook_queue.waiting.clear()
        world.clock.advance(60)
    return made


def replay_all(
    replayer: Replayer, since: float, statuses: Collection[DeliveryStatus] = ALL, key: str | None = None
) -> tuple[int, int]:
    """How many were replayed, in how many calls."""
    page, calls = replayer.replay(TENANT, since, statuses, None, key), 1
    replayed = page.replayed
    while page.cursor is not None:
        page, calls = replayer.replay(TENANT, since, statuses, page.cursor, key), calls + 1
        replayed += page.replayed
    return replayed, calls


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [(EXHAUSTED, [True, False, False]), (UNDELIVERED, [True, True, False]), (ALL, [True] * 3)],
)
def test_those_of_the_wanted_status_go_out_again(
    world: World, replayer: Replayer, statuses: Collection[DeliveryStatus], expected: list[bool]
) -> None:
    jobs = ended(world, GONE, FAILED, TAKEN)
    bodies = {sent.headers["webhook-id"]: sent.body for sent in world.sender.sent}
    assert replay_all(replayer, 0, statuses) == (sum(expected), 1)
    world.sender.sent.clear()
    world.work()
    again = {sent.headers["webhook-id"]: sent.body for sent in world.sender.sent}
    assert [job.id.replace("job_", "evt_") in again for job in jobs] == expected
    assert again.items() <= bodies.items()


def test_events_from_before_the_time_stay_where_they_are(world: World, replayer: Replayer) -> None:
    ended(world, GONE, GONE)
    since = world.clock()
    late = world.accept()
    world.clock.advance(600)
    ended(world, GONE)
    world.sender.script(GONE)
    world.canceller.cancel(TENANT, late.id)  # created before, ended after
    world.work()
    assert replay_all(replayer, since) == (2, 1)
    assert replay_all(replayer, world.clock() + 1)[0] == 0


def test_a_repeat_begins_no_second_round(world: World, replayer: Replayer) -> None:
    ended(world, GONE, TAKEN)
    for _ in range(3):
        replay_all(replayer, 0)
    assert len(world.webhook_queue.waiting) == 2


def test_a_repeat_with_its_key_begins_none_after_the_attempts_either(
    world: World, replayer: Replayer
) -> None:
    ended(world, GONE, TAKEN)
    assert replay_all(replayer, 0, key="outage-1")[0] == 2
    world.work()
    assert replay_all(replayer, 0, key="outage-1")[0] == 0
    assert replay_all(replayer, 0, key="outage-2")[0] == 2


def test_many_are_replayed_page_by_page_each_once(world: World, replayer: Replayer) -> None:
    ended(world, *[GONE] * 230)
    assert replay_all(replayer, 0) == (230, 3)
    world.sender.sent.clear()
    world.work()
    assert len({sent.headers["webhook-id"] for sent in world.sender.sent}) == len(world.sender.sent) == 230


def test_a_slow_page_ends_before_the_gateway_does(world: World, replayer: Replayer) -> None:
    ended(world, *[GONE] * 60)
    save = world.jobs.save

    def slow(job: Job) -> Job:
        world.clock.advance(0.4)
        return save(job)

    world.jobs.save = slow  # type: ignore[method-assign]
    started = world.clock()
    page = replayer.replay(TENANT, 0, ALL, None, None)
    assert page.cursor is not None
    assert world.clock() - started < 25


def test_jobs_without_an_event_are_passed_over(world: World, replayer: Replayer) -> None:
    world.accept()
    silent = world.accept(webhook_url=None)
    world.canceller.cancel(TENANT, silent.id)
    assert replay_all(replayer, 0) == (0, 1)


def test_a_cursor_of_another_tenants_is_refused(world: World, replayer: Replayer) -> None:
    ended(world, *[GONE] * 101)
    cursor = replayer.replay(TENANT, 0, ALL, None, None).cursor
    with pytest.raises(ValueError, match="cursor"):
        replayer.replay("globex", 0, ALL, cursor, None)
