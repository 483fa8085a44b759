"""The schedule of webhook deliveries, as reliability promises it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.webhooks.schedule import next_delay_seconds

PROMISED = (0, 5, 300, 1800, 7200, 18000, 36000, 36000)
JITTER = st.floats(0, 1, exclude_max=True)
ATTEMPTS = st.integers(0, len(PROMISED) - 1)


@pytest.mark.parametrize(("attempts_made", "seconds"), list(enumerate(PROMISED)))
def test_delays_without_jitter_are_the_promised_ones(attempts_made: int, seconds: float) -> None:
    assert next_delay_seconds(attempts_made, jitter=0.5) == pytest.approx(seconds)


def test_schedule_is_exhausted_after_its_last_attempt() -> None:
    assert next_delay_seconds(len(PROMISED), jitter=0.5) is None
    assert next_delay_seconds(len(PROMISED) + 9, jitter=0.5, retry_after_seconds=60) is None


def test_schedule_lasts_over_27_hours() -> None:
    assert 27 * 3600 < sum(PROMISED) < 28 * 3600


@given(ATTEMPTS, JITTER)
def test_jitter_stays_within_20_percent(attempts_made: int, jitter: float) -> None:
    delay = next_delay_seconds(attempts_made, jitter=jitter)
    base = PROMISED[attempts_made]
    assert delay is not None
    assert 0.8 * base - 1e-6 <= delay <= 1.2 * base + 1e-6


def test_jitter_reaches_both_ends() -> None:
    assert next_delay_seconds(1, jitter=0.0) == pytest.approx(4.0)
    assert next_delay_seconds(1, jitter=0.999999) == pytest.approx(6.0, abs=1e-4)


@given(ATTEMPTS, JITTER, st.floats(0, allow_infinity=True, allow_nan=False))
def test_retry_after_is_honoured_between_the_delay_and_its_double(
    attempts_made: int, jitter: float, wanted: float
) -> None:
    base = PROMISED[attempts_made]
    delay = next_delay_seconds(attempts_made, jitter=jitter, retry_after_seconds=wanted)
    assert delay == min(max(wanted, base), 2 * base)
