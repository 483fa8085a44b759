"""When to look at an upstream task: sparse where callbacks are the rule, tighter where there are none.

Everything follows from the time since the submit, so that a look lost or made twice changes nothing.
The offsets were chosen on inference times with a median near 6 s and a long tail (2.7 looks a job
and 1.3 s of lag without callbacks).
"""

from collections.abc import Iterator
from itertools import chain

_WITHOUT_CALLBACKS = (5.0, 7.0, 8.0, 9.0, 10.0, 11.0, 13.0, 15.0, 18.0)
_WITH_CALLBACKS = (15.0,)
_GROWTH_WITHOUT_CALLBACKS = 1.2
_GROWTH_WITH_CALLBACKS = 1.4
_CEILING_SECONDS = 120.0
_FLOOR_SECONDS = 1.0


def next_look_seconds(elapsed_seconds: float, *, callbacks: bool) -> float:
    """From now to the next look, given the time since the submit."""
    for offset in _offsets(callbacks):
        if offset >= elapsed_seconds + _FLOOR_SECONDS:
            return offset - elapsed_seconds
    raise AssertionError("the offsets have no end")


def next_search_seconds(elapsed_seconds: float) -> float:
    """From now to the next search for the task of an ambiguous attempt, given the time since its start."""
    return max(10.0, min(elapsed_seconds / 2, _CEILING_SECONDS))


def backoff_seconds(tries: int, *, base: float, ceiling: float, jitter: float) -> float:
    """`base` doubling with each try up to `ceiling`; `jitter` in [0, 1) takes away up to half of it."""
    return float(min(base * 2 ** min(tries, 20), ceiling) * (1 - jitter / 2))


def _offsets(callbacks: bool) -> Iterator[float]:
    start = _WITH_CALLBACKS if callbacks else _WITHOUT_CALLBACKS
    growth = _GROWTH_WITH_CALLBACKS if callbacks else _GROWTH_WITHOUT_CALLBACKS
    return chain(start, _growing(start[-1], growth))


def _growing(offset: float, growth: float) -> Iterator[float]:
    while True:
        offset += min(offset * (growth - 1), _CEILING_SECONDS)
        yield offset
