"""How long after upstream's end a picture is known and its webhook out, and how often upstream is asked.

Known: Darkroom's use cases and the official clients' own loops on the same simulated tasks, under fake
clocks. From the callback to the webhook: our own code's time, through the real handlers.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.finishing.jobs import name_of
from benchmarks.finishing.processes import workers
from benchmarks.goals import Chart, Figure, Measured, Row
from benchmarks.lag_clients import aigateway_client, wavespeed_client
from benchmarks.lag_darkroom import LOST_CALLBACKS, LagWorld
from benchmarks.lag_tasks import Draw, Waited, bimodal, drawn, lognormal
from darkroom.jobs.looks import LookSchedule, built_in

MODELS: Mapping[str, Draw] = {
    "6 s": lognormal(6),
    "3 s": lognormal(3),
    "15 s": lognormal(15),
    "40 s": lognormal(40),
    "4 s, some 20 s": bimodal,
}
"""By the median of their inference times."""
DENSE = LookSchedule((4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 18), 1.2)
"""With the built-in one the best fixed schedules known at 6 s: the ends of the line to be on, or below."""
OWN_GOAL_MS, POLLS_GOAL = 50.0, 0.15
_LEARNING_JOBS = 300
_WARM_UP_JOBS = 5

ON, OFF, BUILT_IN = "Darkroom, callbacks on", "Darkroom, polling only", "5, 7, 8, 9, 10, 11, 13, 15, 18 s …"
DENSE_ONE, WAVESPEED, AIGATEWAY = "4, 5, 6, 7 … s", "the wavespeed client", "aigateway-py"
WAVESPEED_2 = "the wavespeed client, poll_interval=2"


@dataclass(frozen=True, slots=True)
class OwnTime:
    """Of one job, from the callback's arrival to the webhook and its record, in milliseconds."""

    p50: float
    p95: float
    cpu: float


def waits(draw: Draw, jobs: int) -> Mapping[str, Waited]:
    seconds, before = drawn(draw, jobs, 1), drawn(draw, _LEARNING_JOBS, 2)
    learned = {ON: LagWorld(callbacks=True), OFF: LagWorld(callbacks=False)}
    for world in learned.values():
        world.run(before)
    return {
        **{name: world.run(seconds) for name, world in learned.items()},
        BUILT_IN: LagWorld(callbacks=False, schedule=built_in(callbacks=False)).run(seconds),
        DENSE_ONE: LagWorld(callbacks=False, schedule=DENSE).run(seconds),
        WAVESPEED: wavespeed_client(seconds),
        WAVESPEED_2: wavespeed_client(seconds, 2.0),
        AIGATEWAY: aigateway_client(seconds),
    }


def own_time(jobs: int) -> OwnTime:
    """One job after the other in a warm process. Upstream, AWS and the receiver are on loopback and answer at
    once; what they need for it is in the time, all of it but `cpu`."""
    with workers(("called_back",)) as running:
        worker = running.by_variant["called_back"]
        for number in range(_WARM_UP_JOBS):
            worker.finish([name_of(2, number)], at_once=False)
        running.wait({})
        taken = [worker.finish([name_of(2, number)], at_once=False) for number in range(jobs)]
        if running.seen().get("webhook") != jobs:
            raise RuntimeError(f"not every webhook was sent: {dict(running.seen())}")
    wall = statistics.quantiles((one["wall_seconds"] * 1000 for one in taken), n=100)
    return OwnTime(wall[49], wall[94], statistics.median(one["cpu_ms"] for one in taken))


def measure(jobs: int = 2_000, jobs_of_others: int = 300, own_jobs: int = 100) -> Measured:
    """`jobs` of 6 s, `jobs_of_others` of each model of another speed."""
    by_model = {name: waits(draw, jobs if name == "6 s" else jobs_of_others) for name, draw in MODELS.items()}
    return Measured(rows(by_model["6 s"], own_time(own_jobs)), _charts(by_model))


def rows(waited: Mapping[str, Waited], own: OwnTime) -> list[Row]:
    return [_own_row(waited, own), _polling_row(waited), _polls_row(waited)]


def _own_row(waited: Mapping[str, Waited], own: OwnTime) -> Row:
    known, client = waited[ON], waited[WAVESPEED]
    return Row(
        Figure.LAG_CALLBACKS,
        f"ours without the network p50 {own.p50:.0f} ms, p95 {own.p95:.0f} ({own.cpu:.0f} ms of it CPU); "
        f"known after p50 {known.lag_at(0.5):.2f} s, p95 {known.lag_at(0.95):.2f}",
        f"{WAVESPEED}: known after p50 {client.lag_at(0.5):.2f} s, p95 {client.lag_at(0.95):.2f}",
        f"ours ≤ {OWN_GOAL_MS:.0f} ms",
        own.p50 <= OWN_GOAL_MS,
    )


def _polling_row(waited: Mapping[str, Waited]) -> Row:
    names = (WAVESPEED, WAVESPEED_2, AIGATEWAY)
    line = line_at(waited[BUILT_IN], waited[DENSE_ONE], waited[OFF].polls_a_job)
    return Row(
        Figure.LAG_POLLING,
        f"known after p50 {waited[OFF].words()}",
        "; ".join(f"{name} {waited[name].words()}" for name in names),
        f"on or below the line of the best fixed schedules, there {line:.2f} s",
        waited[OFF].lag_at(0.5) <= line,
    )


def _polls_row(waited: Mapping[str, Waited]) -> Row:
    return Row(
        Figure.POLLS,
        f"{waited[ON].polls_a_job:.2f}, where {LOST_CALLBACKS:.0%} of the callbacks are lost",
        f"{waited[WAVESPEED].polls_a_job:.1f} by {WAVESPEED}",
        f"≤ {POLLS_GOAL}",
        waited[ON].polls_a_job <= POLLS_GOAL,
    )


def line_at(sparse: Waited, dense: Waited, polls: float) -> float:
    """The lag (p50) that is had for so many polls on the line through both; beyond its ends the nearer's."""
    (few, much), (many, little) = _point(sparse), _point(dense)
    share = min(max((polls - few) / (many - few), 0.0), 1.0)
    return much + (little - much) * share


def _point(waited: Waited) -> tuple[float, float]:
    return waited.polls_a_job, waited.lag_at(0.5)


def _charts(by_model: Mapping[str, Mapping[str, Waited]]) -> list[Chart]:
    x, y = "polls a job", "seconds from upstream's end until it is known, p50"
    six = {name: [_point(waited)] for name, waited in by_model["6 s"].items()}
    speeds = {
        f"{model}, {kind}": [_point(waited[name])]
        for model, waited in by_model.items()
        for name, kind in ((OFF, "learned"), (BUILT_IN, "fixed"))
    }
    return [
        Chart("lag", "Lag against polls, tasks of 6 s (median)", x, y, six),
        Chart("lag-by-speed", "Polling only, models of other speeds", x, y, speeds),
    ]


if __name__ == "__main__":
    for row in measure().rows:
        print(row.figure, row.measured, row.baseline, row.goal, row.met, sep=" | ")
