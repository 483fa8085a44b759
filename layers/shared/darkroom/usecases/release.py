"""One worker's rounds at the line of an upstream account: who may start is released, with its permit.

Lives for a tick at most. The index goes on for a moment to show who was released, and who was cancelled:
what these rounds have found gone they pass by. Decides nothing about ticks.
"""

from collections import deque
from collections.abc import Callable
from functools import partial

from darkroom.jobs.backlog import job_id_at, next_turns, tenant_at
from darkroom.jobs.gate import Gate
from darkroom.ports import Backlog, JobMessage, Permits, Queue

ROUND = 90
"""Jobs released at once: DynamoDB takes 100 writes in a transaction."""
_GONE_ROUNDS = 8
"""So long the index may still show what was released."""
_ROUND_SECONDS = 45.0
"""No round is begun in less time: a worker that is stopped between a release and its messages leaves jobs
with permits to the reconciler."""
_VAIN_ROUNDS = 5
"""Where the index shows only such as no longer wait: a transaction is refused for each round of them."""


class Release:
    """`begin` sends a tick. All methods raise ThrottledError."""

    def __init__(
        self,
        account: str,
        permits: Permits,
        backlog: Backlog,
        queue: Queue,
        begin: Callable[[int | None], None],
        overdue_seconds: float,
        time_left: Callable[[], float],
    ) -> None:
        self._account = account
        self._permits = permits
        self._backlog = backlog
        self._queue = queue
        self._begin = begin
        self._overdue_seconds = overdue_seconds
        self._time_left = time_left
        self._gone = deque[tuple[str, ...]](maxlen=_GONE_ROUNDS)
        self.empty_at: float | None = None
        """When the last look found nobody; None where it found somebody."""

    @property
    def has_time(self) -> bool:
        return self._time_left() >= _ROUND_SECONDS

    def rounds(self, most: int, clock: Callable[[], float]) -> bool:
        """While there are permits, jobs that wait, and time. False: there were permits, and the last look
        found nobody who could take one."""
        vain = 0
        for _ in range(most):
            if not self.has_time:
                break
            now = clock()
            gate = self._permits.gate(now)
            room = min(gate.window.room(now, self._permits.limits), ROUND)
            if room == 0:
                self._look(gate, now)
                break
            released, refused = self._round(gate, room, now)
            vain = 0 if released else vain + 1
            if released + refused < room or vain == _VAIN_ROUNDS:
                return released > 0
        return True

    def _look(self, gate: Gate, now: float) -> None:
        """Nobody can start. An open line is closed all the same, where the index shows a job only now."""
        if gate.line.closed:
            self.empty_at = None
            return
        gone = self._all_gone()
        shown = self._backlog.waiting(self._account, "", len(gone) + 1)
        self.empty_at = None if set(shown) - gone else now
        if self.empty_at is None:
            self._begin(self._permits.join(now).beat)

    def _round(self, gate: Gate, room: int, now: float) -> tuple[int, int]:
        gone = self._all_gone()
        read = partial(self._backlog.waiting, self._account)
        turns = next_turns(read, gate.line.turn, room + len(gone)).without(gone, room)
        self.empty_at = now if turns.all_seen and not turns.places else None
        released = self._permits.release(turns, now, now + self._overdue_seconds)
        self._gone.append((*released.places, *released.refused))
        self._begin(released.beat)
        self._queue.send_all([JobMessage(tenant_at(place), job_id_at(place)) for place in released.places])
        return len(released.places), len(released.refused)

    def _all_gone(self) -> set[str]:
        return {place for places in self._gone for place in places}
