"""Images a minute, counted over a sliding or a fixed minute; the tiers of the contract page."""

import pytest

from local.simulator.accounts import RateWindow
from local.simulator.settings import Settings


def test_sliding_window_admits_again_a_minute_after_the_oldest() -> None:
    window = RateWindow()
    for second in (100.0, 130.0):
        assert window.admits(second, 2, "sliding")
        window.count(second)
    assert not window.admits(159.9, 2, "sliding")
    assert window.admits(160.1, 2, "sliding")


def test_fixed_window_resets_at_the_full_minute() -> None:
    window = RateWindow()
    window.count(115.0)
    assert not window.admits(119.9, 1, "fixed")
    assert window.admits(120.0, 1, "fixed")


def test_window_without_room_admits_nothing() -> None:
    assert not RateWindow().admits(0.0, 0, "sliding")


@pytest.mark.parametrize(
    ("tier", "limits"),
    [("bronze", (10, 3)), ("silver", (500, 100)), ("gold", (3000, 2000)), ("ultra", (5000, 5000))],
)
def test_tiers_have_the_documented_limits(tier: str, limits: tuple[int, int]) -> None:
    assert Settings().changed({"tier": tier}).limits() == limits


def test_limits_can_be_set_apart_from_the_tier() -> None:
    settings = Settings(images_per_minute=7, concurrent_tasks=0)
    assert settings.limits() == (7, 0)
