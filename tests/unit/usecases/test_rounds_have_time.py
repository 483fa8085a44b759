"""A worker that is about to be stopped begins no release: its messages might not be sent any more."""

import pytest

from darkroom.jobs.permits import PermitLimits
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.release import ROUND
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, World

FEW = PermitLimits(images_per_minute=1_000, concurrent_tasks=1, slot_seconds=600)


@pytest.fixture
def world() -> World:
    """One task runs, and jobs wait for its slot."""
    world = World(permits=MemoryPermits(FEW))
    for _ in range(3):
        world.accept(webhook_url=None)
    world.work()
    assert (world.permits.running, len(waiting(world))) == (1, 2)
    return world


def waiting(world: World) -> list[str]:
    return [job.id for job in world.jobs.all() if job.waiting]


def end_the_task(world: World) -> None:
    [job] = (job for job in world.jobs.all() if job.prediction_id)
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.advance(JobMessage(job.tenant, job.id))
    assert world.job(job).status.terminal


@pytest.mark.parametrize(("seconds_left", "left"), [(44.0, 2), (46.0, 1)])
def test_a_task_that_ends_lets_others_in_while_there_is_time(
    world: World, seconds_left: float, left: int
) -> None:
    world.seconds_left = seconds_left
    end_the_task(world)
    assert len(waiting(world)) == left


def test_a_tick_without_time_releases_nobody_and_leaves_it_to_the_next(world: World) -> None:
    world.seconds_left = 40.0
    end_the_task(world)
    [tick] = (sent.message for sent in world.queue.waiting if isinstance(sent.message, Tick))
    world.advance(tick)
    assert len(waiting(world)) == 2
    following = Tick(tick.account, tick.beat + 1)
    assert following in [sent.message for sent in world.queue.waiting]
    world.seconds_left = 100.0
    world.advance(following)
    assert len(waiting(world)) == 1


def test_a_tick_stops_between_two_rounds_where_its_time_is_over() -> None:
    world = World(permits=MemoryPermits(PermitLimits(1_000, 0, 600)))
    for _ in range(2 * ROUND):
        world.accept(webhook_url=None)
    world.work()
    [tick] = (sent.message for sent in world.queue.waiting if isinstance(sent.message, Tick))
    world.permits.limits = PermitLimits(1_000, 1_000, 600)
    send_all = world.queue.send_all

    def slowly(messages: list[JobMessage]) -> None:
        world.seconds_left = 44.0
        send_all(messages)

    world.queue.send_all = slowly  # type: ignore[method-assign,assignment]
    world.advance(tick)
    assert len(waiting(world)) == ROUND
