"""Bursts through the real dispatcher under a fake clock: how far the limits are used, who waits how long."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from benchmarks.burst_backoff import backoff_starts
from benchmarks.burst_ideal import ideal_starts
from benchmarks.burst_world import BurstWorld
from benchmarks.goals import Measured
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import Tick

TIERS = {
    "bronze": PermitLimits(10, 3, 600),
    "silver": PermitLimits(500, 100, 600),
    "gold": PermitLimits(3_000, 2_000, 600),
    "ultra": PermitLimits(5_000, 5_000, 600),
}
"""The contract page's account tiers."""
JOBS, SECOND, MANY = 10_000, 100, 100
_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Way:
    """`rate_used`: the time that the limits need at least for all starts, by the time it took.
    `second_seconds`: from the second tenant's acceptance to its last start; None without one."""

    rate_used: float
    throttled_share: float
    second_seconds: float | None


@dataclass(frozen=True, slots=True)
class Burst:
    """`backoff`: without a dispatcher; `ideal`: the limits used to the last, without any way between.
    `receives`: of messages until the job is started; `writes`: of the items of jobs and permits; both for a
    job."""

    tier: str
    tenants: int
    ours: Way
    backoff: Way
    ideal: Way
    receives: float
    writes: float
    ticks: int
    longest_window: int

    @property
    def second_tenant(self) -> float | None:
        """Its wait by the ideal's, where there are two."""
        ours, ideal = self.ours.second_seconds, self.ideal.second_seconds
        return None if ours is None or ideal is None or self.tenants != 2 else ours / ideal


def burst(tier: str, tenants: Sequence[str], seed: int = 1) -> Burst:
    limits = TIERS[tier]
    world = BurstWorld(limits, tenants, seed).run()
    arrivals = [world.accepted[str(number)] for number in range(len(tenants))]
    started = [world.upstream.started[str(number)] for number in range(len(tenants))]
    ideal = ideal_starts(limits, tenants, arrivals, world.seconds)
    alone, refused = backoff_starts(limits, arrivals, world.seconds)

    def way(starts: Sequence[float], throttled: int) -> Way:
        needed = (max(ideal) - arrivals[0]) / (max(starts) - arrivals[0])
        share = throttled / (throttled + len(tenants))
        return Way(needed, share, _second_seconds(tenants, arrivals, starts))

    return Burst(
        tier=tier,
        tenants=len(set(tenants)),
        ours=way(started, world.upstream.throttled),
        backoff=way(alone, refused),
        ideal=way(ideal, 0),
        receives=world.received_to_start / len(tenants),
        writes=(world.jobs.writes + world.permits.writes) / len(tenants),
        ticks=world.queue.received[Tick],
        longest_window=_most_in_a_minute(started),
    )


def bursts(jobs: int = JOBS, second: int = SECOND) -> list[Burst]:
    """Of one tenant, of two and of many, at every tier. In processes: such a clock can't be disturbed."""
    one, two = ["acme"] * jobs, ["acme"] * (jobs - second) + ["rival"] * second
    many = [f"tenant-{number % MANY}" for number in range(jobs)]
    cases = [(tier, tenants) for tier in TIERS for tenants in (one, two, many)]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        return list(pool.map(burst, *zip(*cases, strict=True)))


def measure() -> Measured:
    from benchmarks.bursts_report import report

    return report(bursts())


def _second_seconds(
    tenants: Sequence[str], arrivals: Sequence[float], starts: Sequence[float]
) -> float | None:
    own = [number for number, tenant in enumerate(tenants) if tenant != tenants[0]]
    return max(starts[number] for number in own) - arrivals[own[0]] if own else None


def _most_in_a_minute(started: Sequence[float]) -> int:
    times, first, most = sorted(started), 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    for row in measure().rows:
        print(row.figure, row.measured, row.baseline, row.goal, row.met, sep=" | ")
