"""What the runs add up to: latency beside inference, cost of what stands between, what a kill cost. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.side_by_side.generations import Told
from benchmarks.side_by_side.processes import Usage

Victim = Literal["program", "middle"]
"""Whose process is killed at half time: the user's, or what stands between it and upstream."""

NOTHING = Usage()
LATE_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """One run of one way. `inference_seconds` and `charges` are upstream's own record, by generation."""

    generations: int
    delivered: frozenset[int]
    told: Told
    inference_seconds: Mapping[int, float]
    charges: Mapping[int, int]
    wall_seconds: float
    between: Usage = NOTHING
    """The process in the middle: LiteLLM's proxy, or the emulator of AWS."""
    functions: Usage = NOTHING
    """What that process has started: Darkroom's Lambda functions."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from the first ask to the picture at hand, without those that upstream worked on it."""

    p50: float
    p95: float


def added_latency(outcomes: Sequence[Outcome]) -> Latency:
    """Of undisturbed runs. Raises ValueError where a generation was paid for more or less than once."""
    added: list[float] = []
    for outcome in outcomes:
        if len(outcome.delivered) != outcome.generations or set(outcome.charges.values()) != {1}:
            raise ValueError("an undisturbed run must deliver each picture and pay for it once")
        added += [
            seconds - outcome.inference_seconds[number] for number, seconds in outcome.told.seconds.items()
        ]
    cuts = statistics.quantiles(added, n=100, method="inclusive")
    return Latency(cuts[49], cuts[94])


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU in seconds a picture, memory in bytes at its peak."""

    program_cpu: float
    program_bytes: int
    between_cpu: float
    between_bytes: int
    functions_cpu: float
    functions_bytes: int
    functions_processes: int
    functions_started: int


def cost(outcomes: Sequence[Outcome]) -> Cost:
    pictures = sum(outcome.generations for outcome in outcomes)
    return Cost(
        program_cpu=sum(outcome.told.cpu_seconds for outcome in outcomes) / pictures,
        program_bytes=max(outcome.told.peak_bytes for outcome in outcomes),
        between_cpu=sum(outcome.between.cpu_seconds for outcome in outcomes) / pictures,
        between_bytes=max(outcome.between.peak_bytes for outcome in outcomes),
        functions_cpu=sum(outcome.functions.cpu_seconds for outcome in outcomes) / pictures,
        functions_bytes=max(outcome.functions.peak_bytes for outcome in outcomes),
        functions_processes=max(outcome.functions.peak_processes for outcome in outcomes),
        functions_started=sum(outcome.functions.started for outcome in outcomes),
    )


@dataclass(frozen=True, slots=True)
class Survival:
    """`wasted`: pictures paid for that the program never got. `lost`: those asked for and never delivered.

    `repeated`: those that the program asked for again; it would have lost them had it not. `late`: delivered
    after more than a minute.
    """

    asked: int
    paid: int
    delivered: int
    lost: int
    paid_twice: int
    wasted: int
    repeated: int
    late: int
    slowest_seconds: float
    errors: Mapping[str, int] = field(default_factory=dict)


def survival(outcome: Outcome) -> Survival:
    paid = sum(outcome.charges.values())
    seen = sum(outcome.charges.get(number, 0) > 0 for number in outcome.delivered)
    return Survival(
        asked=outcome.generations,
        paid=paid,
        delivered=len(outcome.delivered),
        lost=outcome.generations - len(outcome.delivered),
        paid_twice=sum(charges > 1 for charges in outcome.charges.values()),
        wasted=paid - seen,
        repeated=sum(asks > 1 for asks in outcome.told.asks.values()),
        late=sum(seconds > LATE_SECONDS for seconds in outcome.told.waited.values()),
        slowest_seconds=max(outcome.told.waited.values(), default=0.0),
        errors=dict(outcome.told.errors),
    )
