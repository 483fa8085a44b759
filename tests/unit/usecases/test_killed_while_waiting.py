"""A worker killed between any two effects of waiting, releasing and starting: each job starts once at most,
none is forgotten, no limit is broken, and the permits come back."""

from contextlib import suppress

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.upstream import NotCreated
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, World, a_request
from unit.usecases.killing import KilledError, Killer, run

LIMITS = PermitLimits(images_per_minute=6, concurrent_tasks=2, slot_seconds=600)
JOBS = 6
TASK_SECONDS = 10.0


def a_world(at: int | None, *, before: bool, throttled: bool) -> tuple[World, list[Job], Killer]:
    world = World(permits=MemoryPermits(LIMITS))
    if throttled:
        world.upstream.script_submit(NotCreated("429", throttled=True))
    jobs = []
    for number in range(JOBS):
        world.clock.advance(0.001)
        tenant = Account(("acme", "globex")[number % 2])
        request = a_request(webhook_url=None, prompt=str(number), deadline_seconds=86_400)
        jobs.append(world.acceptor.accept(tenant, request).job)
    return world, jobs, Killer(world, at, before=before)


def live(world: World, seconds: float) -> None:
    """Tasks end upstream after their time. Checks the limits at every step."""
    end = world.clock.now + seconds
    starts: dict[str, float] = {}
    while world.clock.now < end:
        run(world, 2.0)
        now = world.clock.now
        running = [p for p in world.upstream.predictions.values() if p.status_word == "processing"]
        assert len(running) <= LIMITS.concurrent_tasks
        starts.update({p.id: p.created_at or 0.0 for p in running if p.id not in starts})
        assert sum(at > now - 60 for at in starts.values()) <= LIMITS.images_per_minute
        for prediction in running:
            if now - (prediction.created_at or 0.0) >= TASK_SECONDS:
                world.upstream.finish(prediction.id, OUTPUT_URL)
                found = [job for job in world.jobs.all() if job.prediction_id == prediction.id]
                if found:
                    with suppress(KilledError):  # then it is a lost one
                        world.callback(found[0], prediction.id)


def effects(*, throttled: bool) -> int:
    world, _, killer = a_world(None, before=False, throttled=throttled)
    live(world, 150)
    assert all(job.status is JobStatus.COMPLETED for job in world.jobs.all())
    return len(killer.made)


@pytest.mark.parametrize("throttled", [False, True], ids=["", "after a 429"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_at_any_effect_each_job_still_ends_and_none_starts_twice(
    before: bool, throttled: bool
) -> None:
    for at in range(effects(throttled=throttled)):
        world, jobs, killer = a_world(at, before=before, throttled=throttled)
        live(world, 400)
        live(world, 900)
        ended = [world.job(job) for job in jobs]
        what = f"killed {'before' if before else 'after'} effect {at}, {killer.made[at]}"
        assert all(job.status.terminal for job in ended), what
        created = [s for s in world.upstream.submits if type(s.outcome).__name__ == "Created"]
        prompts = [s.inputs["prompt"] for s in created]
        assert len(set(prompts)) == len(prompts), what
        lost = [job for job in ended if job.status is not JobStatus.COMPLETED]
        # The one outcome that nobody can know: killed around the POST
        assert len(lost) <= 1, what
        world.clock.advance(LIMITS.slot_seconds + 60)  # the longest that a slot can be lost
        assert world.permits.window.room(world.clock(), LIMITS) == LIMITS.concurrent_tasks, what
