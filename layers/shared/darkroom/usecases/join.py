"""Join a repeated call to the one that is already paid for, or open another (`jobs.joins` has the why)."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from darkroom.jobs.joins import Choose, OpenCall
from darkroom.ports import Joins, ThrottledError

_TRIES = 8


@dataclass(frozen=True, slots=True)
class Joiner:
    """`received_at`: when the POST came in, in Unix seconds: for its client the time runs from there on.
    `seconds`: how long the handler may be at the call from now on.

    `join` and `open` raise ThrottledError. The others don't: the client's answer is more than its record,
    without which the call only stays open for longer.
    """

    joins: Joins
    clock: Callable[[], float]

    def join(
        self, tenant: str, fingerprint: str, received_at: float, seconds: float, choose: Choose
    ) -> OpenCall | None:
        """The open call that this POST repeats, leased for it; None where it repeats none."""
        for _ in range(_TRIES):
            calls = self.joins.joinable(tenant, fingerprint, received_at)
            chosen = choose(calls, received_at)
            if chosen is None:
                return None
            leased = self.joins.save(chosen.leased(received_at, self.clock() + seconds))
            if leased is not None:
                return leased
        raise ThrottledError("other repeats of the same call are always faster")

    def open(self, tenant: str, fingerprint: str, received_at: float, seconds: float) -> OpenCall:
        """Before its jobs are accepted: a crash after that leaves what a repeat can join."""
        until = self.clock() + seconds
        return self.joins.add(
            OpenCall(tenant, fingerprint, _new_group(), received_at, received_at, leased_until=until)
        )

    def leave(self, call: OpenCall) -> None:
        """The client was told to come back: the next repeat may have the call at once."""
        with suppress(ThrottledError):
            self.joins.save(call.left(self.clock()))

    def refuse(self, call: OpenCall) -> None:
        """The client was told to come back when its rate allows it: no job was made."""
        with suppress(ThrottledError):
            self.joins.save(call.refused(self.clock()))

    def open_refused(self, tenant: str, fingerprint: str, received_at: float) -> None:
        """So that its repeat takes no equal call's pictures for its own."""
        with suppress(ThrottledError):
            now = self.clock()
            call = OpenCall(tenant, fingerprint, _new_group(), received_at, received_at, leased_until=now)
            self.joins.add(call.refused(now))

    def answer(self, call: OpenCall) -> None:
        """The client got a final answer. One that a later repeat has leased meanwhile is left to that:
        nobody listens to this answer any more."""
        with suppress(ThrottledError):
            self.joins.save(call.answered(self.clock()))


def _new_group() -> str:
    return secrets.token_hex(16)
