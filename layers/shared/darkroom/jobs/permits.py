"""Upstream's limits as pure data: images a minute as a sliding window, concurrent tasks as a count.

The store keeps one such window for each upstream account and writes it back only if nobody else has.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

HEADROOM = 0.02
"""Share of the rate left unused. It is taken as time: a POST comes up to a second after its permit, and not
each as late as the one before."""
WINDOW_SECONDS = 60 / (1 - HEADROOM)
START_BUCKETS_A_SECOND = 4
SLOT_BUCKET_SECONDS = 60
_SLOT_BUCKETS = 20
_LATEST_RENEWAL = 0.25
"""Of the time that a task can take: later a permit isn't renewed, and its slot is kept for that longer."""
CONCURRENCY_RETRY_SECONDS = 1.0
NARROWED_TO = 0.8
"""Of what was in use when upstream answered 429."""
LEAST_SHARE = 0.01
WIDENING_SECONDS = 180
"""From the last 429 until all is open again: slowly at first, near what upstream has just refused."""


@dataclass(frozen=True, slots=True)
class PermitLimits:
    """`slot_seconds`: how long a task can hold its slot at most."""

    images_per_minute: int
    concurrent_tasks: int
    slot_seconds: int

    @property
    def kept_seconds(self) -> float:
        """A slot lost in a crash is free after it: no task of its permit can run any more, however late the
        permit was renewed."""
        return self.slot_seconds * (1 + _LATEST_RENEWAL)

    @property
    def slot_bucket_seconds(self) -> int:
        """Whole minutes, so many that there are never more than some twenty buckets to keep."""
        return math.ceil(self.kept_seconds / _SLOT_BUCKETS / SLOT_BUCKET_SECONDS) * SLOT_BUCKET_SECONDS

    def narrowed(self, share: float) -> "PermitLimits":
        """Never to nothing: only a call shows whether upstream takes more again."""
        if share >= 1:
            return self
        return replace(
            self,
            images_per_minute=max(1, int(self.images_per_minute * share)),
            concurrent_tasks=max(1, int(self.concurrent_tasks * share)),
        )


@dataclass(frozen=True, slots=True)
class PermitWindow:
    """`starts`: starts by quarters of a second; `running`: slots taken, by the minutes they were taken in.

    Both keyed by time (`running` by Unix seconds, `starts` by quarters), so that what is too old to matter
    falls out by itself. `share`: of the limits, at `narrowed_at`; from there it widens again.
    """

    starts: Mapping[int, int] = field(default_factory=dict)
    running: Mapping[int, int] = field(default_factory=dict)
    held_until: float = 0.0
    share: float = 1.0
    narrowed_at: float = 0.0

    def room(self, now: float, limits: PermitLimits) -> int:
        """How many may start now."""
        if self.held_until > now:
            return 0
        window, within = self.without_the_past(now, limits), limits.narrowed(self.share_at(now))
        starts = within.images_per_minute - sum(window.starts.values())
        return max(0, min(starts, within.concurrent_tasks - sum(window.running.values())))

    def wait_seconds(self, now: float, limits: PermitLimits) -> float:
        """0.0: one may start now. Else how long it can't be, as far as that is known."""
        if self.held_until > now:
            return self.held_until - now
        window, within = self.without_the_past(now, limits), limits.narrowed(self.share_at(now))
        if sum(window.running.values()) >= within.concurrent_tasks:
            return CONCURRENCY_RETRY_SECONDS
        return window._until_rate_allows(now, within)

    def taken(self, now: float, limits: PermitLimits, count: int) -> "PermitWindow":
        if count == 0:
            return self
        window = self.without_the_past(now, limits)
        return replace(
            window,
            starts=_more(window.starts, _start_bucket(now), count),
            running=_more(window.running, _slot_bucket(now, limits), count),
        )

    def renew(self, taken_at: float, now: float, limits: PermitLimits) -> "PermitWindow | None":
        """The start of `taken_at`, which nobody has made yet, is to be made now. None: it can't be.

        The slot remains the one of `taken_at`, so that this may be done in vain, and twice: a start is
        then counted too late or once too often, never too seldom. A slot that could end before a task of
        now is not kept on.
        """
        if now - taken_at > limits.slot_seconds * _LATEST_RENEWAL:
            return None
        window = self.without_the_past(now, limits)
        window = window.without_start(taken_at)
        if not window.give_back(taken_at, limits).room(now, limits):
            return None
        return replace(window, starts=_more(window.starts, _start_bucket(now), 1))

    def give_back(self, taken_at: float, limits: PermitLimits) -> "PermitWindow":
        """The slot; that there was a start remains.

        It is in the latest bucket that had begun, however wide the buckets were when it was taken.
        """
        begun = [at for at in self.running if at <= taken_at]
        return replace(self, running=_one_less(self.running, max(begun))) if begun else self

    def without_start(self, taken_at: float) -> "PermitWindow":
        """Nobody has made it, nor will. Where it was renewed one of before is taken for it, which only counts
        longer."""
        return replace(self, starts=_one_less(self.starts, _start_bucket(taken_at)))

    def hold(self, until: float) -> "PermitWindow":
        return replace(self, held_until=max(self.held_until, until))

    def narrow(self, taken_at: float, now: float, limits: PermitLimits) -> "PermitWindow":
        """Upstream answered 429 to the start of `taken_at`. One that was made before the last narrowing
        says nothing new."""
        if taken_at <= self.narrowed_at:
            return self
        share = NARROWED_TO * min(self.share_at(now), max(self.use(now, limits)))
        return replace(self, share=max(share, LEAST_SHARE), narrowed_at=now)

    def share_at(self, now: float) -> float:
        if self.share >= 1:
            return 1.0
        passed = min(max(now - self.narrowed_at, 0.0) / WIDENING_SECONDS, 1.0)
        return self.share + (1 - self.share) * passed**3

    def use(self, now: float, limits: PermitLimits) -> tuple[float, float]:
        """The shares of the rate and of the slots that are in use."""
        window = self.without_the_past(now, limits)
        rate = sum(window.starts.values()) / limits.images_per_minute
        return rate, sum(window.running.values()) / limits.concurrent_tasks

    def starts_a_second(self, now: float) -> float:
        """Since the first start in the window."""
        if not self.starts:
            return 1 / WINDOW_SECONDS
        return sum(self.starts.values()) / max(now - min(self.starts) / START_BUCKETS_A_SECOND, 1.0)

    def without_the_past(self, now: float, limits: PermitLimits) -> "PermitWindow":
        # A start counts until all of the quarter it was made in has left the window.
        starts = {at: n for at, n in self.starts.items() if _end(at) + WINDOW_SECONDS > now}
        oldest = now - limits.kept_seconds - limits.slot_bucket_seconds
        running = {at: n for at, n in self.running.items() if at > oldest}
        if len(starts) == len(self.starts) and len(running) == len(self.running):
            return self
        return replace(self, starts=starts, running=running)

    def _until_rate_allows(self, now: float, limits: PermitLimits) -> float:
        """0.0, or the seconds until enough starts have left the window that slides behind `now`."""
        excess = sum(self.starts.values()) - limits.images_per_minute + 1
        for at in sorted(self.starts):
            if excess <= 0:
                break
            excess -= self.starts[at]
            if excess <= 0:
                return _end(at) + WINDOW_SECONDS - now
        return 0.0


def _more(counts: Mapping[int, int], at: int, count: int) -> Mapping[int, int]:
    return {**counts, at: counts.get(at, 0) + count}


def _one_less(counts: Mapping[int, int], at: int) -> Mapping[int, int]:
    if at not in counts:
        return counts
    rest = {other: count for other, count in counts.items() if other != at}
    return {**rest, at: counts[at] - 1} if counts[at] > 1 else rest


def _start_bucket(at: float) -> int:
    return int(at * START_BUCKETS_A_SECOND)


def _end(bucket: int) -> float:
    return (bucket + 1) / START_BUCKETS_A_SECOND


def _slot_bucket(at: float, limits: PermitLimits) -> int:
    return int(at // limits.slot_bucket_seconds) * limits.slot_bucket_seconds
