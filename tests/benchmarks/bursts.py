"""Bursts through the real dispatcher under a fake clock: how far the limits are used, who waits how long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.burst_ideal import ideal_starts
from benchmarks.burst_world import BurstWorld
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import Tick

TIERS = {
    "bronze": PermitLimits(10, 3, 600),
    "silver": PermitLimits(500, 100, 600),
    "gold": PermitLimits(3_000, 2_000, 600),
    "ultra": PermitLimits(5_000, 5_000, 600),
}
"""The contract page's account tiers."""


@dataclass(frozen=True, slots=True)
class Burst:
    """`rate_used`: the time that the limits need at least for all starts, by the time it took.
    `second_tenant`: its last start, from its acceptance, by the same at best; None without one. `receives`:
    of messages until the job is started; `writes`: of the items of jobs and permits; both for a job."""

    tier: str
    jobs: int
    rate_used: float
    throttled_share: float
    second_tenant: float | None
    receives: float
    writes: float
    ticks: int
    longest_window: int

    def row(self) -> str:
        second = "" if self.second_tenant is None else f"{self.second_tenant:.2f} x"
        return (
            f"  {self.tier:8}{2 if second else 1:8}{self.rate_used:11.1%}{self.throttled_share:10.2%}"
            f"{second:>12}"
            f"{self.receives:12.2f}{self.writes:10.2f}{self.ticks:9}"
        )


HEADER = "  tier    tenants  rate used       429  2nd tenant  receives/job writes/job    ticks"


def burst(tier: str, tenants: Sequence[str], seed: int = 1) -> Burst:
    limits = TIERS[tier]
    world = BurstWorld(limits, tenants, seed).run()
    arrivals = [world.accepted[str(number)] for number in range(len(tenants))]
    started = [world.upstream.started[str(number)] for number in range(len(tenants))]
    ideal = ideal_starts(limits, tenants, arrivals, world.seconds)
    jobs = len(tenants)
    return Burst(
        tier=tier,
        jobs=jobs,
        rate_used=(max(ideal) - arrivals[0]) / (max(started) - arrivals[0]),
        throttled_share=world.upstream.throttled / (world.upstream.throttled + jobs),
        second_tenant=_second(tenants, arrivals, started, ideal),
        receives=world.received_to_start / jobs,
        writes=(world.jobs.writes + world.permits.writes) / jobs,
        ticks=world.queue.received[Tick],
        longest_window=_most_in_a_minute(started),
    )


def bursts(jobs: int = 10_000, second: int = 100) -> Iterable[Burst]:
    for tier in TIERS:
        yield burst(tier, ["acme"] * jobs)
        yield burst(tier, ["acme"] * (jobs - second) + ["rival"] * second)


def _second(
    tenants: Sequence[str], arrivals: Sequence[float], started: Sequence[float], ideal: Sequence[float]
) -> float | None:
    own = [number for number, tenant in enumerate(tenants) if tenant != tenants[0]]
    if not own:
        return None
    came = arrivals[own[0]]
    return (max(started[number] for number in own) - came) / (max(ideal[number] for number in own) - came)


def _most_in_a_minute(started: Sequence[float]) -> int:
    times, first, most = sorted(started), 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


def print_bursts() -> None:
    print("\nBursts of 10,000 jobs by tier, simulated; the second tenant's 100 come behind 9,900")
    print(HEADER)
    for each in bursts():
        print(each.row(), flush=True)


if __name__ == "__main__":
    print_bursts()
