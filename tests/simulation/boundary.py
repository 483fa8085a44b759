"""Stands before a port: every call of it takes time, in which others have their turn, and may be refused,
lose its reply, or be the last that its process makes."""

from collections.abc import Callable
from random import Random
from typing import Any

from darkroom.ports import JobChangedError, ThrottledError
from memory.jobs_table import MemoryJobsTable
from simulation.faults import Faults
from simulation.scheduler import START, Scheduler

_USUAL_SECONDS = 0.02
_SLOW_SECONDS = 20.0


class Effects:
    """What a call of any port goes through."""

    def __init__(self, scheduler: Scheduler, faults: Faults, random: Random) -> None:
        self.scheduler = scheduler
        self.faults = faults
        self._random = random
        self.failed = 0
        """Calls that were refused, lost their reply, or killed their process."""

    def before(self, name: str) -> None:
        self.take_time()
        self._perhaps_killed("killed before an effect", name)

    def after(self, name: str) -> None:
        self.take_time()
        self._perhaps_killed("killed after an effect", name)

    def take_time(self) -> None:
        if self.faults.happens("slow call"):
            seconds = self._random.random() * _SLOW_SECONDS
            self.held_up(seconds)
            self.scheduler.pause(seconds)
        else:
            drawn = self._random.random()
            self.scheduler.pause(0.0 if drawn < 0.3 else drawn * _USUAL_SECONDS)

    def held_up(self, seconds: float) -> None:
        """The current task, by no fault of the code's."""
        assert self.scheduler.current is not None
        memory = self.scheduler.current.memory
        memory["held up"] = memory.get("held up", 0.0) + seconds

    def refused(self, service: str) -> bool:
        return self._happens(f"{service} refuses") or self.is_out(service)

    def reply_lost(self, service: str) -> bool:
        return self._happens(f"{service}'s reply is lost")

    def is_out(self, service: str) -> bool:
        out = self.faults.is_out(service, self.scheduler.now - START)
        self.failed += out
        return out

    def _happens(self, fault: str) -> bool:
        happens = self.faults.happens(fault)
        self.failed += happens
        return happens

    def _perhaps_killed(self, fault: str, name: str) -> None:
        if self._happens(fault):
            self.scheduler.kill(f"{fault}: {name}")


class Boundary:
    """In place of `port`, whose calls `service` carries out; without one nothing is refused here."""

    def __init__(self, effects: Effects, name: str, port: Any, service: str | None = None) -> None:
        self._effects = effects
        self._name = name
        self._port = port
        self._service = service

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._port, name)
        if not callable(real):
            return real
        guarded = self._guarded(f"{self._name}.{name}", real)
        self.__dict__[name] = guarded  # asked for once
        return guarded

    def _guarded(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        effects, service, note = self._effects, self._service, self._effects.scheduler.note

        def guarded(*arguments: Any, **named: Any) -> Any:
            effects.before(name)
            if service and effects.refused(service):
                note(name, "refused", *arguments)
                raise ThrottledError(f"{service} refuses")
            try:
                answer = real(*arguments, **named)
            except Exception as error:
                note(name, error, *arguments)
                effects.take_time()
                raise
            note(name, answer, *arguments)
            effects.after(name)
            if service and effects.reply_lost(service):
                note(name, "reply lost")
                raise _as_told(name, real, answer) or ThrottledError(f"{service}'s reply is lost")
            return answer

        return guarded


def _as_told(name: str, real: Callable[..., Any], answer: Any) -> JobChangedError | None:
    """A job's write whose reply was lost is looked for: where somebody else has written since, it seems that
    it never landed."""
    table = getattr(real, "__self__", None)
    if name != "jobs.save" or not isinstance(table, MemoryJobsTable):
        return None
    current = table.get(answer.tenant, answer.id)
    return JobChangedError(current) if current is not None and current.revision != answer.revision else None
