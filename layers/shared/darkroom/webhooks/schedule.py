"""When a webhook is attempted again: pure figures, no clock and no randomness of their own."""

_HOUR = 3600.0
BASE_DELAYS_SECONDS = (0.0, 5.0, 300.0, 1800.0, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 10 * _HOUR)
"""Before each attempt, the first included: over 27 hours in all."""
_JITTER = 0.2


def next_delay_seconds(
    attempts_made: int, *, jitter: float, retry_after_seconds: float | None = None
) -> float | None:
    """The delay before the next attempt; None when the schedule is exhausted.

    `jitter` in [0, 1) spreads the delay over ±20 %. What the customer's Retry-After asks for is honoured
    as far as it lies between the schedule's delay and twice that.
    """
    if attempts_made >= len(BASE_DELAYS_SECONDS):
        return None
    base = BASE_DELAYS_SECONDS[attempts_made]
    if retry_after_seconds is not None:
        return min(max(base, retry_after_seconds), 2 * base)
    return base * (1 - _JITTER + 2 * _JITTER * jitter)


def is_last_attempt(attempts_made: int) -> bool:
    """The one that comes after so many."""
    return attempts_made + 1 == len(BASE_DELAYS_SECONDS)
