"""Bursts as rows and a chart. Pure."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchmarks.goals import Chart, Figure, Measured, Row

if TYPE_CHECKING:
    from benchmarks.bursts import Burst, Way

RATE_GOAL, THROTTLED_GOAL, SECOND_GOAL = 0.97, 0.001, 1.2


def report(bursts: "Sequence[Burst]") -> Measured:
    """A tier's figure is the worst of its bursts, where it has several: of one tenant, two and many."""
    rows = [
        Row(
            Figure.RATE_USED,
            _by_tier(bursts, lambda burst: burst.ours.rate_used, min),
            f"{_by_tier(bursts, lambda burst: burst.backoff.rate_used, min)} by back-off alone",
            f"≥ {RATE_GOAL:.0%}, at every tier",
            all(burst.ours.rate_used >= RATE_GOAL for burst in bursts),
        ),
        Row(
            Figure.THROTTLED,
            _by_tier(bursts, lambda burst: burst.ours.throttled_share, max),
            f"{_by_tier(bursts, lambda burst: burst.backoff.throttled_share, max)} by back-off alone",
            f"≤ {THROTTLED_GOAL:.1%}, at every tier",
            all(burst.ours.throttled_share <= THROTTLED_GOAL for burst in bursts),
        ),
        _second_row([burst for burst in bursts if burst.second_tenant is not None]),
        *(_costs(burst) for burst in bursts if burst.tenants == 1),
    ]
    return Measured(rows, [_chart([burst for burst in bursts if burst.tenants == 1])])


def _by_tier(
    bursts: "Sequence[Burst]",
    value: "Callable[[Burst], float]",
    worse: Callable[[Sequence[float]], float],
) -> str:
    tiers = dict.fromkeys(burst.tier for burst in bursts)
    values = {tier: worse([value(burst) for burst in bursts if burst.tier == tier]) for tier in tiers}
    return ", ".join(f"{tier} {each:.1%}" for tier, each in values.items())


def _second_row(bursts: "Sequence[Burst]") -> Row:
    shares = [burst.second_tenant or 0.0 for burst in bursts]
    ours = ", ".join(f"{burst.tier} {_seconds(burst.ours)}" for burst in bursts)
    beside = ", ".join(f"{burst.tier} {_seconds(burst.backoff)}" for burst in bursts)
    return Row(
        Figure.SECOND_TENANT,
        f"{ours}: at most {max(shares):.2f} x the ideal",
        f"{beside} by back-off alone",
        f"≤ {SECOND_GOAL:g} x the ideal",
        max(shares) <= SECOND_GOAL,
    )


def _seconds(way: "Way") -> str:
    return f"{way.second_seconds or 0:,.0f} s"


def _costs(burst: "Burst") -> Row:
    measured = f"{burst.receives:.2f} receives to the start, {burst.writes:.1f} writes, {burst.ticks} ticks"
    return Row(f"10,000 queued jobs, {burst.tier}: a job's messages and writes", measured, "", "", None)


def _chart(bursts: "Sequence[Burst]") -> Chart:
    """A tier's bars stand together."""
    bars = {
        f"{burst.tier} / {name}": [(0.0, way.rate_used * 100)]
        for burst in bursts
        for name, way in (("Darkroom", burst.ours), ("back-off alone", burst.backoff))
    }
    return Chart(
        "bursts", "10,000 queued jobs: share of the permitted rate used", "", "percent", bars, bars=True
    )
