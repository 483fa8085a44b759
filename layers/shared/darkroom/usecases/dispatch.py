"""Release the jobs that wait for a permit: at each tick while there are any, and when a task has ended.

Any number of these may run at once: what one releases is written with its permits (`Permits.release`).
Whoever waits is found by

    the ticks             within seconds of a permit. They go on until one of them has itself seen that the
                          index is empty, seconds after the last job came
    the reconciler        within a minute or two, where a tick was lost, or the index was later than that
    its own deadline      by its message, or by the reconciler
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from darkroom.jobs.gate import LONGEST_TICK_SECONDS
from darkroom.jobs.job import STACKS_ACCOUNT
from darkroom.ports import Backlog, Permits, Queue, Telemetry, ThrottledError, Tick
from darkroom.usecases.release import Release

_ROUNDS = 30
_ROUNDS_AFTER_END = 2
"""The second for those that the index shows behind such as are gone."""
_LONGEST_SLEEP_SECONDS = 0.5
"""SQS's delays are whole seconds: for a permit that is free sooner a tick waits itself."""
_SHORTEST_SLEEP_SECONDS = 0.05
_MOST_COUNTED = 100_000
_WATCH_SECONDS = 5.0
"""An account isn't begun with in less time."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    permits_of: Callable[[str], Permits]
    backlog: Backlog
    queue: Queue
    telemetry: Telemetry
    overdue_seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def tick(self, tick: Tick, time_left: Callable[[], float] = lambda: math.inf) -> None:
        """Release what may start, and send the next tick: the chain goes on while jobs wait.

        One that is delivered twice, or lost and sent again, is made once. Raises ThrottledError.
        `time_left`: the seconds until the worker is stopped from outside.
        """
        permits = self.permits_of(tick.account)
        if not permits.tick(tick.beat, self.clock()):
            return
        following = Tick(tick.account, tick.beat + 1)
        delay = 1.0
        try:
            release = self._release(tick.account, time_left)
            delay = self._release_for_a_second(permits, release)
            empty_at = release.empty_at
            if empty_at is not None and permits.rest(following.beat, empty_at, self.clock()):
                return
        except ThrottledError as error:
            self.telemetry.count("ReleaseFailed", account=tick.account, reason=str(error))
        self.queue.send(following, delay)

    def after_end(self, account: str, time_left: Callable[[], float] = lambda: math.inf) -> None:
        """A task has ended and others wait. What fails here, or has no time, the next tick makes good."""
        try:
            self._release(account, time_left).rounds(_ROUNDS_AFTER_END, self.clock)
        except ThrottledError as error:
            self.telemetry.count("ReleaseFailed", account=account, reason=str(error))

    def begin(self, account: str, beat: int | None) -> None:
        """Send a tick, where the gate has said which. Lost, it is sent again."""
        if beat is None:
            return
        try:
            self.queue.send(Tick(account, beat))
        except ThrottledError:
            self.telemetry.count("EnqueueFailed", account=account)

    def watch(self, time_left: Callable[[], float]) -> None:
        """Begin chains that were lost, and say how many jobs wait and how far the limits are used."""
        for account in self._watched():
            if time_left() < _WATCH_SECONDS:
                return
            try:
                self._watch(account)
            except Exception as error:  # noqa: BLE001  # the outermost edge for this one account
                self.telemetry.count("WatchFailed", account=account, error=type(error).__name__)

    def _watched(self) -> Iterable[str]:
        """The stack's account is always one of them."""
        yield STACKS_ACCOUNT
        try:
            yield from {*self.backlog.accounts()} - {STACKS_ACCOUNT}
        except ThrottledError as error:
            self.telemetry.count("WatchFailed", account="all", error=type(error).__name__)

    def _watch(self, account: str) -> None:
        permits, now = self.permits_of(account), self.clock()
        waiting = self.backlog.count(account, _MOST_COUNTED)
        # Also where the index showed jobs only after the ticks had ended
        self.begin(account, permits.join(now).beat if waiting else permits.revive(now))
        rate, slots = permits.gate(now).window.use(now, permits.limits)
        if account == STACKS_ACCOUNT:
            self.telemetry.gauge({"JobsWaiting": waiting, "RateUsed": rate, "TasksUsed": slots})
        else:
            self.telemetry.info("line", account=account, waiting=waiting, rate=rate, tasks=slots)

    def _release_for_a_second(self, permits: Permits, release: Release) -> float:
        """Returns after how many seconds the next tick is worth its while."""
        ends_at = self.clock() + 1.0
        while True:
            found = release.rounds(_ROUNDS, self.clock)
            if not release.has_time:
                return 1.0
            now = self.clock()
            gate = permits.gate(now)
            if not gate.line.closed:
                return LONGEST_TICK_SECONDS
            wait = gate.window.wait_seconds(now, permits.limits)
            if wait > _LONGEST_SLEEP_SECONDS:
                return min(max(float(int(wait)), 1.0), LONGEST_TICK_SECONDS)
            if wait == 0 and not found:  # the index shows only such as are gone
                return 1.0
            if now + wait >= ends_at:
                return 0.0
            self.sleep(max(wait, _SHORTEST_SLEEP_SECONDS))

    def _release(self, account: str, time_left: Callable[[], float]) -> Release:
        return Release(
            account,
            self.permits_of(account),
            self.backlog,
            self.queue,
            partial(self.begin, account),
            self.overdue_seconds,
            time_left,
        )
