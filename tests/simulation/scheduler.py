"""Time and tasks: all that happens in a simulation happens one after the other, in an order drawn from its
seed. No threads and no time of the machine's."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

START = 1_760_000_000.0
MOST_STEPS = 60_000


class KilledError(BaseException):
    """The process is gone. Nothing in the code may catch it."""


class ViolationError(BaseException):
    """A promise is broken. Not an Exception: the code under test must not swallow it."""


def _nothing() -> None:
    pass


@dataclass(slots=True, eq=False)
class Invocation:
    """One run of a Lambda: a process with a clock of its own. Its tasks die together.

    `survived` is called when all of them are done, and not if it was killed. `ends_at`: Lambda's timeout.
    """

    name: str
    ends_at: float
    skew_seconds: float = 0.0
    survived: Callable[[], None] = _nothing
    dead: bool = False
    running: int = 0


@dataclass(slots=True, eq=False)
class Task:
    """What one thread of an invocation does. `memory`: what the simulation knows of it."""

    invocation: Invocation
    thread: greenlet
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Ended:
    is_so: bool = False
    error: Exception | None = None
    waiter: Task | None = None


class Scheduler:
    """`trace` has a row for each step: when, whose, what."""

    def __init__(self, random: Random) -> None:
        self.now = START
        self.current: Task | None = None
        self.trace: list[tuple[Any, ...]] = []
        self.steps = 0
        self._random = random
        self._heap: list[tuple[float, float, int, Callable[[], None]]] = []
        self._made = 0
        self._hub = getcurrent()
        self._tasks: list[Task] = []

    def at(self, time: float, happen: Callable[[], None]) -> None:
        """`happen` must not pause. What is due at the same time comes in any order."""
        self._made += 1
        heapq.heappush(self._heap, (max(time, self.now), self._random.random(), self._made, happen))

    def start(self, invocation: Invocation, works: Sequence[Callable[[], None]]) -> None:
        invocation.running = len(works)
        for work in works:
            self._begin(invocation, work)

    def pause(self, seconds: float) -> None:
        """The current task waits so long, and others have their turn. Raises KilledError."""
        task = self.current
        assert task is not None
        invocation, until = task.invocation, self.now + seconds
        if invocation.dead:
            raise KilledError
        if until >= invocation.ends_at:
            self._wait(task, invocation.ends_at)
            self.kill("timed out")
        self._wait(task, until)
        if invocation.dead:
            raise KilledError

    def close(self) -> None:
        """Ends what still waits: a thread that is in the middle of something is never collected."""
        for task in self._tasks:
            task.invocation.dead, self.current = True, task
            if not task.thread.dead:
                with suppress(KilledError, ViolationError):  # what it does at its end doesn't count any more
                    task.thread.throw(KilledError)
        self._tasks.clear()
        self._heap.clear()

    @contextmanager
    def beside(self, act: Callable[[], None]) -> Iterator[None]:
        """In place of `darkroom.beside`: another task of the same process, which is waited for."""
        task = self.current
        assert task is not None
        invocation, ended = task.invocation, _Ended()

        def work() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001  # raised again by whoever waits
                ended.error = error
            ended.is_so = True
            if ended.waiter is not None:
                self.at(self.now, partial(self._switch_to, ended.waiter))

        invocation.running += 1
        self._begin(invocation, work)
        try:
            yield
        finally:
            if not ended.is_so and not invocation.dead:
                ended.waiter = task
                self._hub.switch()
        if invocation.dead:
            raise KilledError
        if ended.error is not None:
            raise ended.error

    def kill(self, why: str) -> None:
        """The current task's process, with all that it was at."""
        assert self.current is not None
        self.note("killed", why)
        self.current.invocation.dead = True
        raise KilledError

    def clock(self) -> float:
        """As the current process has it."""
        return self.now + (self.current.invocation.skew_seconds if self.current else 0.0)

    def time_left(self) -> float:
        assert self.current is not None
        return self.current.invocation.ends_at - self.now

    def note(self, *what: Any) -> None:
        self.trace.append((self.now, self.current.invocation.name if self.current else "", *what))

    def run(self) -> None:
        """Until nothing is left to happen. Raises ViolationError."""
        heap = self._heap
        while heap:
            self.now, _, _, happen = heapq.heappop(heap)
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise ViolationError("it never comes to rest")
            happen()

    def _begin(self, invocation: Invocation, work: Callable[[], None]) -> None:
        thread = greenlet(partial(self._work, invocation, work), self._hub)
        task = Task(invocation, thread)
        self._tasks.append(task)
        self.at(self.now, partial(self._switch_to, task))

    def _wait(self, task: Task, until: float) -> None:
        if not self._heap or self._heap[0][0] > until:
            self.now = until  # nobody else has anything to do before
            return
        self.at(until, partial(self._switch_to, task))
        self._hub.switch()

    def _switch_to(self, task: Task) -> None:
        self.current = task
        task.thread.switch()
        self.current = None

    def _work(self, invocation: Invocation, work: Callable[[], None]) -> None:
        try:
            if not invocation.dead:
                work()
        except KilledError:
            return
        invocation.running -= 1
        if invocation.running == 0 and not invocation.dead:
            invocation.survived()
