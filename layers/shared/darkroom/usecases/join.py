"""Join a repeated call to the one that is already paid for, or open another (`jobs.joins` has the why)."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from darkroom.jobs.joins import Choose, OpenCall, Post
from darkroom.ports import Joins, ThrottledError

_TRIES = 16
"""Each leaves some two thirds of those that are about it with a call: enough for any number."""


@dataclass(frozen=True, slots=True)
class Joiner:
    """`seconds`: how long the handler may be at the call from now on. `pick` takes one of several at random.

    `join` and `open` raise ThrottledError. The others don't: the client's answer is more than its record,
    without which the call only stays open for longer.
    """

    joins: Joins
    clock: Callable[[], float]
    pick: Callable[[Sequence[OpenCall]], OpenCall]

    def join(
        self, tenant: str, fingerprint: str, post: Post, seconds: float, choose: Choose
    ) -> OpenCall | None:
        """The open call that this POST repeats, leased for it; None where it repeats none."""
        for _ in range(_TRIES):
            chosen = choose(self.joins.joinable(tenant, fingerprint, post.received_at), post)
            if not chosen:
                return None
            leased = self.joins.save(self.pick(chosen).leased(post, self.clock() + seconds))
            if leased is not None:
                return leased
        raise ThrottledError("other repeats of the same call are always faster")

    def open(self, tenant: str, fingerprint: str, post: Post, seconds: float) -> OpenCall:
        """Before its jobs are accepted: a crash after that leaves what a repeat can join.

        What can't be stored may stand for all that: it is noted as refused under its own name, for with two
        calls of one client a repeat could take the other one.
        """
        call = _new_call(tenant, fingerprint, post, self.clock() + seconds)
        try:
            return self.joins.add(call)
        except ThrottledError:
            with suppress(ThrottledError):
                self.joins.add(call.refused(self.clock()))
            raise

    def leave(self, call: OpenCall) -> None:
        """The client was told to come back: the next repeat may have the call at once."""
        with suppress(ThrottledError):
            self.joins.save(call.left(self.clock()))

    def refuse(self, call: OpenCall) -> None:
        """The client was told to come back later: no job was made."""
        with suppress(ThrottledError):
            self.joins.save(call.refused(self.clock()))

    def open_refused(self, tenant: str, fingerprint: str, post: Post) -> None:
        """So that its repeat takes no equal call's pictures for its own."""
        with suppress(ThrottledError):
            now = self.clock()
            self.joins.add(_new_call(tenant, fingerprint, post, now).refused(now))

    def answer(self, call: OpenCall, *, failed: bool = False) -> None:
        """The client got a final answer. One that a later repeat has leased meanwhile is left to that:
        nobody listens to this answer any more."""
        with suppress(ThrottledError):
            self.joins.save(call.answered(self.clock(), failed=failed))


def _new_call(tenant: str, fingerprint: str, post: Post, leased_until: float) -> OpenCall:
    at, group = post.received_at, secrets.token_hex(16)
    return OpenCall(tenant, fingerprint, group, at, at, leased_until, retries=post.retries)
