"""Another worker comes in between a worker's reading of a job and its saving."""

from collections.abc import Callable

from darkroom.jobs.job import Job
from memory.world import World


def before_the_next_save(world: World, act: Callable[[], None]) -> None:
    save = world.jobs.save

    def overtaken(job: Job) -> Job:
        world.jobs.save = save  # type: ignore[method-assign]
        act()
        return save(job)

    world.jobs.save = overtaken  # type: ignore[method-assign]
