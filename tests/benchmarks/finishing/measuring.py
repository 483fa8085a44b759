"""The three figures: variants in turns, medians, connections kept as in a busy worker. All over TLS."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.finishing.jobs import name_of
from benchmarks.finishing.processes import VARIANTS, Worker, Workers, workers
from benchmarks.finishing.stand_ins import wait_seconds
from benchmarks.goals import Chart, Figure, Measured, Row

JOBS = 10
WAITS = {"table": 0.005, "secret": 0.01, "result": 0.06, "picture": 0.15, "put": 0.06, "webhook": 0.1}
"""Seconds that AWS, upstream and a customer take before they answer, ±30 % from job to job."""
CHAIN = ("table", "result", "picture", "put", "table", "webhook", "table")
"""What must be waited for, one after the other: a job read, looked at, stored, ended, delivered, noted."""
CPU_GOAL_MS, WALL_GOAL, MEMORY_GOAL_MB = 12.0, 1.25, 40.0
_FLAT_MB = 5.0
"""Between the first five batches and the last five."""
_WARM_UP_ROUNDS = 2


def cpu_ms(running: Workers, rounds: int) -> Mapping[str, float]:
    """Median of a job's CPU, in batches of ten, the variants in turns, after two rounds that warm up."""
    names = [name_of(2, number) for number in range(JOBS)]
    taken: dict[str, list[float]] = {variant: [] for variant in running.by_variant}
    running.wait({})
    for _ in range(_WARM_UP_ROUNDS + rounds):
        for variant, worker in running.by_variant.items():
            taken[variant].append(worker.finish(names)["cpu_ms"] / JOBS)
    check_finished(running.seen(), JOBS * (_WARM_UP_ROUNDS + rounds))
    return {variant: statistics.median(values[_WARM_UP_ROUNDS:]) for variant, values in taken.items()}


def check_finished(seen: Mapping[str, int], jobs: int) -> None:
    """Every picture put, by three variants, and every webhook sent, by two: else nothing was measured."""
    if (seen.get("put"), seen.get("webhook")) != (3 * jobs, 2 * jobs):
        raise RuntimeError(f"not every job was finished: {dict(seen)} for {jobs} jobs of each variant")


def wall_seconds(running: Workers, rounds: int) -> tuple[float, float, float]:
    """Ours all at once, a first version one after the other, and the longest chain of waits in the batch."""
    ours, naive, floor = [], [], []
    running.wait(WAITS)
    for turn in range(rounds):
        numbers = range(turn * JOBS, (turn + 1) * JOBS)  # other waits each time
        names = [name_of(2, number) for number in numbers]
        ours.append(running.by_variant["ours"].finish(names)["wall_seconds"])
        naive.append(running.by_variant["naive"].finish(names, at_once=False)["wall_seconds"])
        floor.append(max(sum(wait_seconds(WAITS, kind, number) for kind in CHAIN) for number in numbers))
    running.wait({})
    return statistics.median(ours), statistics.median(naive), statistics.median(floor)


def growth_mb(worker: Worker, batches: int) -> list[float]:
    """The most resident memory in each batch, above that of a first job."""
    before = worker.finish([name_of(2, 0)])["peak_mb"]
    names = [name_of(6, number) for number in range(JOBS)]
    return [worker.finish(names)["peak_mb"] - before for _ in range(batches)]


def measure(rounds: int = 15, batches: int = 20) -> Measured:
    with workers() as running:
        growth = {variant: growth_mb(running.by_variant[variant], batches) for variant in ("ours", "naive")}
        cpu = cpu_ms(running, rounds)
        wall = wall_seconds(running, max(rounds // 3, 1))
    return Measured(rows(cpu, wall, growth), _charts(cpu, growth))


def rows(
    cpu: Mapping[str, float], wall: tuple[float, float, float], growth: Mapping[str, Sequence[float]]
) -> list[Row]:
    return [_cpu_row(cpu), _wall_row(*wall), _memory_row(growth)]


def _cpu_row(cpu: Mapping[str, float]) -> Row:
    return Row(
        Figure.FINISHING,
        f"{cpu['ours']:.1f} ms",
        f"{cpu['naive']:.1f} ms in a first version; download, hash and PUT alone {cpu['floor']:.1f} ms",
        f"≤ {CPU_GOAL_MS:.0f} ms",
        cpu["ours"] <= CPU_GOAL_MS,
    )


def _wall_row(ours: float, naive: float, floor: float) -> Row:
    return Row(
        Figure.BATCH,
        f"{ours:.2f} s, {ours / floor:.2f} x the longest wait",
        f"{naive:.2f} s one after the other; longest wait {floor:.2f} s",
        f"≤ {WALL_GOAL:.2f} x",
        ours <= WALL_GOAL * floor,
    )


def _memory_row(growth: Mapping[str, Sequence[float]]) -> Row:
    ours, naive = growth["ours"], growth["naive"]
    flat = statistics.median(ours[-5:]) - statistics.median(ours[:5]) <= _FLAT_MB
    return Row(
        Figure.MEMORY,
        f"{ours[0]:+.0f} MB, at the end {ours[-1]:+.0f}, at most {max(ours):+.0f}",
        f"{naive[0]:+.0f} MB, at most {max(naive):+.0f} in a first version",
        f"≤ +{MEMORY_GOAL_MB:.0f} MB, flat",
        flat and max(ours) <= MEMORY_GOAL_MB,
    )


def _charts(cpu: Mapping[str, float], growth: Mapping[str, Sequence[float]]) -> list[Chart]:
    bars = {name: [(0.0, cpu[variant])] for variant, name in VARIANTS.items()}
    lines = {
        VARIANTS[variant]: [(float(batch), value) for batch, value in enumerate(values, 1)]
        for variant, values in growth.items()
    }
    return [
        Chart("finishing-cpu", "CPU of finishing a 2 MB job", "", "milliseconds a job", bars, bars=True),
        Chart("finishing-memory", "Memory growth, ten 6 MB pictures at once", "batch", "MB", lines),
    ]
