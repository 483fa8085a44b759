"""When to look at an upstream task: sparse where callbacks are the rule, tighter where there are none.

Offsets from the submit were chosen on inference times with a median near 6 s and a long tail
(2.7 looks a job and 1.3 s of lag without callbacks).
"""

_WITHOUT_CALLBACKS = (5, 7, 8, 9, 10, 11, 13, 15, 18)
_FIRST_WITH_CALLBACKS = 15.0
_GROWTH_WITH_CALLBACKS = 1.4
_GROWTH_WITHOUT_CALLBACKS = 1.2
_CEILING_SECONDS = 120.0
FLOOR_SECONDS = 1.0


def next_look_seconds(looks_made: int, *, callbacks: bool) -> float:
    """The delay from the look numbered `looks_made` (0 is the submit itself) to the next one."""
    return min(_offset(looks_made + 1, callbacks) - _offset(looks_made, callbacks), _CEILING_SECONDS)


def _offset(look: int, callbacks: bool) -> float:
    if look == 0:
        return 0.0
    if callbacks:
        return float(_FIRST_WITH_CALLBACKS * _GROWTH_WITH_CALLBACKS ** min(look - 1, 30))
    if look <= len(_WITHOUT_CALLBACKS):
        return float(_WITHOUT_CALLBACKS[look - 1])
    beyond = min(look - len(_WITHOUT_CALLBACKS), 60)
    return float(_WITHOUT_CALLBACKS[-1] * _GROWTH_WITHOUT_CALLBACKS**beyond)


def doubt_look_seconds(looks_made: int) -> float:
    """Between two searches for the task of an ambiguous attempt: 10 s, doubling to 2 minutes."""
    return float(min(10.0 * 2 ** min(looks_made, 10), _CEILING_SECONDS))
