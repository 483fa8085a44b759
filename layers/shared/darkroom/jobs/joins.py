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
that chose the same call one loses and chooses again. Calls that are equally likely are chosen among at random
(`usecases.join`): many repeats at once would else all want the same one.
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
class Post:
    """A POST of a call. `received_at`: when it came in, in Unix seconds: for its client the time runs from
    there on. `retries`: which repeat of its call it says it is; 0 for a first try or where it says nothing.
    """

    received_at: float
    retries: int = 0


@dataclass(frozen=True, slots=True)
class OpenCall:
    """Times are Unix seconds. `fingerprint` is the same for the same request, `group` is the call's own.

    `posted_at` is when the last POST of the call came in, `leased_until` when its handler will be done at
    the latest, `revision` what the store read. `refused_at`: the last POST was refused, for the tenant's rate
    or because the service was busy, and no job was made yet. `retries`: the last POST's. `failed`: it was
    answered with an error, behind which there are no pictures.
    """

    tenant: str
    fingerprint: str
    group: str
    started_at: float
    posted_at: float
    leased_until: float
    answered_at: float | None = None
    refused_at: float | None = None
    retries: int = 0
    failed: bool = False
    revision: str = ""

    def leased(self, post: Post, until: float) -> "OpenCall":
        """A repeat of it has come in, and a handler is at it."""
        return replace(
            self, posted_at=post.received_at, retries=post.retries, leased_until=until, answered_at=None
        )

    def left(self, now: float) -> "OpenCall":
        """Its handler told the client to come back."""
        return replace(self, leased_until=now, refused_at=None)

    def refused(self, now: float) -> "OpenCall":
        return replace(self, leased_until=now, refused_at=now)

    def answered(self, now: float, *, failed: bool = False) -> "OpenCall":
        return replace(self, leased_until=now, answered_at=now, refused_at=None, failed=failed)

    def key(self, part: int) -> str:
        """What a part's job id is derived from. No Idempotency-Key has a NUL in it."""
        return f"join\0{self.group}\0{part}"


Choose = Callable[[Sequence[OpenCall], Post], Sequence[OpenCall]]
"""The policy: of these calls, which are all joinable now, those that the POST repeats, each as likely as the
other; none where it repeats none of them."""


def call_fingerprint(requests: Sequence[ImageRequest]) -> str:
    """The same for the same call, in all its parts."""
    return hashlib.sha256("".join(request.fingerprint for request in requests).encode()).hexdigest()[:32]


def is_joinable(call: OpenCall, now: float) -> bool:
    """Whether its client may come back, as far as that is the same for every policy."""
    return (
        now - call.started_at <= LONGEST_SECONDS
        and now - call.posted_at <= JOIN_SECONDS
        and not call.failed
        and (call.answered_at is None or now - call.answered_at <= LOST_ANSWER_SECONDS)
    )


def choose_repeated(calls: Sequence[OpenCall], post: Post) -> Sequence[OpenCall]:
    """For a POST that says which repeat it is (OpenAI's clients: `x-stainless-retry-count`).

    A call that has seen as many repeats is surely another's. One whose last POST is the one before comes
    first; but that POST may never have come in, so then one that was left before that. An answered call
    comes last: its answer was lost, or it is another's that is done.
    """
    now = post.received_at
    last = [call for call in calls if call.retries == post.retries - 1]
    earlier = [call for call in calls if call.retries < post.retries - 1]
    classes = (
        _left(last, now) or _refused(last, now),
        _at_work(last, now),
        _left(earlier, now) or _refused(earlier, now),
        _answered(last),
        _at_work(earlier, now),
        _answered(earlier),
    )
    return next(filter(None, classes), [])


def choose_resent(calls: Sequence[OpenCall], post: Post) -> Sequence[OpenCall]:
    """For a POST that does not say what it is (WaveSpeed's older clients).

    A repeat comes 10 s after the last POST of its call at the earliest; an equal one that is closer is
    somebody else's. An answer that came so late reached nobody.
    """
    return [
        call
        for call in calls
        if (call.answered_at is None or call.answered_at - call.posted_at >= RESEND_SECONDS)
        and post.received_at - call.posted_at >= RESEND_SECONDS
    ]


def _left(calls: Sequence[OpenCall], now: float) -> Sequence[OpenCall]:
    """Those whose clients are just about to come back; else those that were left last, for an older one may
    have been given up."""
    left = [call for call in _idle(calls, now) if call.refused_at is None]
    returning = [call for call in left if now - call.leased_until <= RETURN_SECONDS]
    newest = max((call.leased_until for call in left), default=now)
    return returning or [call for call in left if newest - call.leased_until <= RETURN_SECONDS]


def _refused(calls: Sequence[OpenCall], now: float) -> Sequence[OpenCall]:
    idle = _idle(calls, now)
    return [call for call in idle if call.refused_at and now - call.refused_at <= REFUSED_SECONDS]


def _idle(calls: Sequence[OpenCall], now: float) -> Sequence[OpenCall]:
    return [call for call in calls if call.answered_at is None and call.leased_until <= now]


def _at_work(calls: Sequence[OpenCall], now: float) -> Sequence[OpenCall]:
    """Their clients may not have waited for the answer."""
    return [call for call in calls if call.answered_at is None and call.leased_until > now]


def _answered(calls: Sequence[OpenCall]) -> Sequence[OpenCall]:
    return [call for call in calls if call.answered_at is not None]
