"""Calls that bring no key and repeat themselves: which earlier call is a POST the repeat of? Pure.

A call that makes its client wait is written down as open before its jobs are accepted; the jobs' ids follow
from its `group`. A POST that is taken for a repeat joins an open call and with it the same jobs. What this
guards against is the second charge:

    client            handler                    client            handler
    POST ───────────► open, accept, wait …       POST ───────────► open, accept, wait …
         ◄─── 503, not ended yet                   (gives up, or the answer is lost)
    POST, retry 1 ──► join, wait …               POST, retry 1 ──► join, wait …
         ◄─── 200, the same picture                   ◄─── 200, the same picture

And against the wrong join, where two callers ask for the same at once. Each must get a picture of its own:

    A: POST ► opens a     B: POST ► opens b      both 503
    A: retry ► leases b   B: retry ► b is leased, so leases a

A lease is the time in which a handler is at the call; taking one is a conditional write, so of two repeats
that chose the same call one loses and chooses again.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from darkroom.jobs.request import ImageRequest

JOIN_SECONDS = 900.0
"""Whoever has not come back in this time has given up. Each repeat begins it anew."""
LONGEST_SECONDS = 90_000.0
"""No job goes on for longer than a day: a call that was opened before that has long ended."""
RETURN_SECONDS = 10.0
"""A client that was told to come back in a second has done so by then."""
LOST_ANSWER_SECONDS = 30.0
"""So long an answered call may still be repeated: its answer was lost on the way."""
REFUSED_SECONDS = 75.0
"""A client that was refused for its rate comes back within a minute and a little."""
RESEND_SECONDS = 9.0
"""WaveSpeed's older clients give up after 10 s and send the same again, not saying that it is a repeat."""


@dataclass(frozen=True, slots=True)
class OpenCall:
    """Times are Unix seconds. `fingerprint` is the same for the same request, `group` is the call's own.

    `posted_at` is when the last POST of the call came in, `leased_until` when its handler will be done at
    the latest, `revision` what the store read. `refused_at`: the last POST was refused for the tenant's rate,
    and no job was made yet.
    """

    tenant: str
    fingerprint: str
    group: str
    started_at: float
    posted_at: float
    leased_until: float
    answered_at: float | None = None
    refused_at: float | None = None
    revision: str = ""

    def leased(self, now: float, until: float) -> "OpenCall":
        """A repeat of it has come in, and a handler is at it."""
        return replace(self, posted_at=now, leased_until=until)

    def left(self, now: float) -> "OpenCall":
        """Its handler told the client to come back."""
        return replace(self, leased_until=now, refused_at=None)

    def refused(self, now: float) -> "OpenCall":
        return replace(self, leased_until=now, refused_at=now)

    def answered(self, now: float) -> "OpenCall":
        return replace(self, leased_until=now, answered_at=now, refused_at=None)

    def key(self, part: int) -> str:
        """What a part's job id is derived from. No Idempotency-Key has a NUL in it."""
        return f"join\0{self.group}\0{part}"


Choose = Callable[[Sequence[OpenCall], float], OpenCall | None]
"""The policy: of these calls, which are all joinable now, the one to join; None to open another."""


def call_fingerprint(requests: Sequence[ImageRequest]) -> str:
    """The same for the same call, in all its parts."""
    return hashlib.sha256("".join(request.fingerprint for request in requests).encode()).hexdigest()[:32]


def is_joinable(call: OpenCall, now: float) -> bool:
    """Whether its client may come back, as far as that is the same for every policy."""
    return (
        now - call.started_at <= LONGEST_SECONDS
        and now - call.posted_at <= JOIN_SECONDS
        and (call.answered_at is None or now - call.answered_at <= LOST_ANSWER_SECONDS)
    )


def choose_repeated(calls: Sequence[OpenCall], now: float) -> OpenCall | None:
    """For a POST that says that it is a repeat (OpenAI's clients: `x-stainless-retry-count`).

    First a call that was left: of those whose clients are just about to come back the one that was left
    first, else the one that was left last, for an older one may have been given up. Then one that was
    refused for its rate. Then the one whose handler is at it the longest: the client may not have waited for
    it. Then one whose answer was lost.
    """
    waiting = [call for call in calls if call.answered_at is None]
    idle = [call for call in waiting if call.leased_until <= now]
    left = [call for call in idle if call.refused_at is None]
    returning = [call for call in left if now - call.leased_until <= RETURN_SECONDS]
    if left and not returning:
        return max(left, key=_lease)
    refused = [call for call in idle if call.refused_at and now - call.refused_at <= REFUSED_SECONDS]
    at_work = [call for call in waiting if call.leased_until > now]
    lost = [call for call in calls if call.answered_at is not None]
    return min(returning or refused or at_work or lost, key=_lease, default=None)


def choose_resent(calls: Sequence[OpenCall], now: float) -> OpenCall | None:
    """For a POST that does not say what it is (WaveSpeed's older clients).

    A repeat comes 10 s after the last POST of its call at the earliest; an equal one that is closer is
    somebody else's. An answer that came so late reached nobody.
    """
    unanswered = [
        call
        for call in calls
        if (call.answered_at is None or call.answered_at - call.posted_at >= RESEND_SECONDS)
        and now - call.posted_at >= RESEND_SECONDS
    ]
    return min(unanswered, key=lambda call: call.posted_at, default=None)


def _lease(call: OpenCall) -> float:
    return call.leased_until
