"""A burst through the real dispatcher: the limits used, upstream never overrun, and a tenant behind another's
many served in its turn. `make bench` has the long ones."""

import pytest

from benchmarks.bursts import TIERS, burst


@pytest.mark.parametrize(("tier", "jobs", "second"), [("bronze", 150, 20), ("silver", 1_600, 100)])
def test_a_burst_uses_the_limits_and_is_fair(tier: str, jobs: int, second: int) -> None:
    figures = burst(tier, ["acme"] * (jobs - second) + ["rival"] * second)
    assert figures.throttled_share == 0
    assert figures.longest_window <= TIERS[tier].images_per_minute
    # A few minutes are too short for the 97 % of the long ones: the ways in and out weigh more
    assert figures.rate_used > 0.96
    assert figures.second_tenant is not None
    assert figures.second_tenant < 1.2
    assert figures.receives <= 2.01


def test_within_the_limits_a_job_is_received_once() -> None:
    figures = burst("ultra", ["acme"] * 300)
    assert figures.ticks == 0
    assert figures.receives == 1
