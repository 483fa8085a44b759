"""When to look at an upstream task: sparse where callbacks are the rule, tighter where there are none.

Everything follows from the time since the submit, so that a look lost or made twice changes nothing.
The schedules here are those for a model of which nothing is known; `look_plan` makes the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CEILING_SECONDS = 120
"""Between two looks. After as much the reconciler looks anyway, and SQS delays no message beyond 900 s."""


@dataclass(frozen=True, slots=True)
class LookSchedule:
    """`offsets` in whole seconds since the submit; after them each is `growth` times the one before."""

    offsets: Sequence[int]
    growth: float

    def next_seconds(self, elapsed_seconds: float) -> int:
        """From now to the next look, given the time since the submit.

        Whole, as SQS counts: rounded to the nearest, for a look comes a little after its time, and rounded
        up each one would be a second late. Never below 1; a time before the submit (a clock behind) is 0.
        """
        elapsed = max(elapsed_seconds, 0.0)
        offset = next(offset for offset in self._all() if offset > elapsed + 0.5)
        return max(round(offset - elapsed), 1)

    def before(self, elapsed_seconds: float) -> int:
        """The time of the look before the one that is made now; 0: there was none."""
        earlier = 0
        for offset in self._all():
            if offset > elapsed_seconds - 0.5:
                break
            earlier = offset
        return earlier

    def _all(self) -> Iterator[int]:
        """Without an end."""
        yield from self.offsets
        offset = self.offsets[-1]
        while True:
            offset += min(max(round(offset * (self.growth - 1)), 1), CEILING_SECONDS)
            yield offset


WITHOUT_CALLBACKS = LookSchedule((5, 7, 8, 9, 10, 11, 13, 15, 18), 1.2)
"""Chosen on inference times with a median near 6 s and a long tail."""
WITH_CALLBACKS = LookSchedule((15,), 1.4)


def built_in(*, callbacks: bool) -> LookSchedule:
    return WITH_CALLBACKS if callbacks else WITHOUT_CALLBACKS


def next_search_seconds(elapsed_seconds: float) -> float:
    """From now to the next search for the task of an ambiguous attempt, given the time since its start."""
    return max(10.0, min(elapsed_seconds / 2, CEILING_SECONDS))


def backoff_seconds(tries: int, *, base: float, ceiling: float, jitter: float) -> float:
    """`base` doubling with each try up to `ceiling`; `jitter` in [0, 1) takes away up to half of it."""
    return float(min(base * 2 ** min(tries, 20), ceiling) * (1 - jitter / 2))
