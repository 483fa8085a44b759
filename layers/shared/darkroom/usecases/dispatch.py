"""Release the jobs that wait for a permit: at each tick while there are any, and when a task has ended.

Any number of these may run at once: what one releases is written with its permits (`Permits.release`).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from darkroom.jobs.backlog import job_id_at, next_turns, tenant_at
from darkroom.jobs.gate import LONGEST_TICK_SECONDS
from darkroom.jobs.job import STACKS_ACCOUNT
from darkroom.ports import Backlog, JobMessage, Permits, Queue, Telemetry, ThrottledError, Tick

ROUND = 90
"""Jobs released at once: DynamoDB takes 100 writes in a transaction."""
_ROUNDS = 30
_SEEN_ROUNDS = 5
"""So long the index may still show what was released."""
_LONGEST_SLEEP_SECONDS = 0.5
"""SQS's delays are whole seconds: for a permit that is free sooner a tick waits itself."""
_SHORTEST_SLEEP_SECONDS = 0.05
_MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Dispatcher:
    permits_of: Callable[[str], Permits]
    backlog: Backlog
    queue: Queue
    telemetry: Telemetry
    overdue_seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def tick(self, tick: Tick) -> None:
        """Release what may start, and send the next tick: the chain goes on while jobs wait.

        One that is delivered twice, or lost and begun anew, goes on once. Raises ThrottledError.
        """
        permits = self.permits_of(tick.account)
        if not permits.tick(tick.beat, self.clock()):
            return
        following = Tick(tick.account, tick.beat + 1)
        delay = 1.0
        try:
            delay = self._release_for_a_second(tick.account)
            if permits.rest(following.beat, self.clock()):
                return
        except ThrottledError as error:
            self.telemetry.count("ReleaseFailed", account=tick.account, reason=str(error))
        self.queue.send(following, delay)

    def after_end(self, account: str) -> None:
        """A task has ended and others wait. What fails here the next tick makes good."""
        try:
            self._release(account, 1)
        except ThrottledError as error:
            self.telemetry.count("ReleaseFailed", account=account, reason=str(error))

    def begin(self, account: str, beat: int | None) -> None:
        """A chain of ticks, where the gate has said that one is to begin. Lost, it is begun again."""
        if beat is None:
            return
        try:
            self.queue.send(Tick(account, beat))
        except ThrottledError:
            self.telemetry.count("EnqueueFailed", account=account)

    def watch(self) -> None:
        """Begin chains that were lost, and say how many jobs wait and how far the limits are used."""
        for account in {STACKS_ACCOUNT, *self.backlog.accounts()}:
            permits, now = self.permits_of(account), self.clock()
            waiting = self.backlog.count(account, _MOST_COUNTED)
            # Also where the index showed jobs only after the ticks had ended
            self.begin(account, permits.join(now).beat if waiting else permits.revive(now))
            rate, slots = permits.gate(now).window.use(now, permits.limits)
            if account == STACKS_ACCOUNT:
                self.telemetry.gauge({"JobsWaiting": waiting, "RateUsed": rate, "TasksUsed": slots})
            else:
                self.telemetry.info("line", account=account, waiting=waiting, rate=rate, tasks=slots)

    def _release_for_a_second(self, account: str) -> float:
        """Returns after how many seconds the next tick is worth its while."""
        permits, ends_at = self.permits_of(account), self.clock() + 1.0
        while True:
            self._release(account, _ROUNDS)
            now = self.clock()
            gate = permits.gate(now)
            if not gate.line.closed:
                return LONGEST_TICK_SECONDS
            wait = gate.window.wait_seconds(now, permits.limits)
            if wait > _LONGEST_SLEEP_SECONDS:
                return min(max(float(int(wait)), 1.0), LONGEST_TICK_SECONDS)
            if now + wait >= ends_at:
                return 0.0
            self.sleep(max(wait, _SHORTEST_SLEEP_SECONDS))

    def _release(self, account: str, rounds: int) -> None:
        """While there are both permits and jobs that wait."""
        permits, before = self.permits_of(account), deque[tuple[str, ...]](maxlen=_SEEN_ROUNDS)
        for _ in range(rounds):
            now = self.clock()
            gate = permits.gate(now)
            room = min(gate.window.room(now, permits.limits), ROUND)
            if room == 0:
                return
            gone = {place for places in before for place in places}
            turns = next_turns(partial(self.backlog.waiting, account), gate.line.turn, room + len(gone))
            released = permits.release(turns.without(gone, room), now, now + self.overdue_seconds)
            self.begin(account, released.beat)
            self.queue.send_all([JobMessage(tenant_at(place), job_id_at(place)) for place in released.places])
            if len(released.places) < room:
                return
            before.append(released.places)
