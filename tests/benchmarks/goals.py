"""What a measurement says: rows of the goals table, and series for the charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """`baseline`: what the figure is held against, measured in the same run; `met`: None where a row has no
    goal of its own and only informs."""

    figure: str
    measured: str
    baseline: str
    goal: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines (`series` by name, points in order of x) or bars (one point a series, x of no meaning)."""

    name: str
    title: str
    x: str
    y: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    bars: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    rows: Sequence[Row]
    charts: Sequence[Chart] = field(default_factory=tuple)
