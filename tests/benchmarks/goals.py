"""What a measurement says: rows of the goals table, and series for the charts. Measures nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Figure(StrEnum):
    """The goals table, in its order: each has one row in a run's table. A row of any other name informs."""

    COLD_SUBMIT = "cold submit, init and first call"
    COLD_POLLER = "cold poller, init and first call"
    WARM_SUBMIT = "CPU of a warm submit"
    FINISHING = "CPU of finishing a 2 MB job"
    BATCH = "a batch of 10 jobs, wall time"
    MEMORY = "memory growth, 10 jobs of 6 MB at once, 20 batches"
    LAG_CALLBACKS = "upstream done → webhook out, callbacks on"
    LAG_POLLING = "upstream done → webhook out, polling only"
    POLLS = "polls a job, callbacks on"
    BILL = "AWS cost of 1,000 images"
    RATE_USED = "10,000 queued jobs: share of the permitted rate used"
    THROTTLED = "10,000 queued jobs: upstream calls answered 429"
    SECOND_TENANT = "a second tenant's 100 jobs behind 9,900"


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
