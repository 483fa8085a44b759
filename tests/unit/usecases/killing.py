"""A world whose worker is killed before or after one chosen effect; what it worked on is delivered again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from darkroom.ports import JobMessage, Tick
from memory.world import World

REDELIVERED_SECONDS = 60.0
EFFECTS = {
    "jobs": ("save",),
    "queue": ("send",),
    "upstream": ("submit",),
    "permits": ("take", "renew", "join", "give_back", "narrow", "tick", "rest", "revive", "release"),
}


class KilledError(BaseException):
    """Nothing in the code catches it."""


class Killer:
    """`made` counts the effects. The one with the number `at` is the last that the worker makes, or, with
    `before`, the first that it doesn't."""

    def __init__(self, world: World, at: int | None, *, before: bool) -> None:
        self.made: list[str] = []
        self._at = at
        self._before = before
        for port, names in EFFECTS.items():
            for name in names:
                target = getattr(world, port)
                setattr(target, name, self._watched(f"{port}.{name}", getattr(target, name)))
        world.queue.send_all = self._one_by_one(world)  # type: ignore[method-assign,assignment]

    def _watched(self, effect: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            self.made.append(effect)
            last = len(self.made) - 1 == self._at
            if last and self._before:
                raise KilledError(effect)
            answer = real(*arguments, **named)
            if last:
                raise KilledError(effect)
            return answer

        return watched

    def _one_by_one(self, world: World) -> Callable[[Sequence[JobMessage]], None]:
        def send_all(messages: Sequence[JobMessage]) -> None:
            for message in messages:
                world.queue.send(message)

        return send_all


def work_on(world: World, message: JobMessage | Tick) -> bool:
    """Whether the worker survived it; if not, its message comes again after the visibility timeout."""
    try:
        world.advance(message)
    except KilledError:
        world.queue.waiting.append(type(world.queue.sent[0])(message, REDELIVERED_SECONDS, world.clock()))
        return False
    return True


def run(world: World, seconds: float) -> None:
    end = world.clock.now + seconds
    while world.clock.now < end:
        next_minute = (world.clock.now // 60 + 1) * 60
        due = [at for at in (world.queue.next_at(),) if at is not None]
        world.clock.now = max(world.clock.now, min([end, next_minute, *due]))
        if world.clock.now == next_minute:
            with suppress(KilledError):
                world.reconciler.reconcile()
        for message in world.queue.receive():
            work_on(world, message)
