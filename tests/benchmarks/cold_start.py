"""Cold start: init and first call, against a handler that only makes a boto3 DynamoDB client."""

from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.goals import Chart, Figure, Measured, Row
from benchmarks.lambda_process import LambdaProcess, Life, lambda_processes

ROUNDS = 11
BARE = "a boto3 client alone"
FUNCTIONS = ("submit", "poller", "accounts", "query")
GOALS = {"submit": 1.0, "poller": 1.1, "accounts": 1.0}
_FIGURES = {"submit": Figure.COLD_SUBMIT, "poller": Figure.COLD_POLLER}


def measure(rounds: int = ROUNDS) -> Measured:
    with lambda_processes() as processes:
        return measured_of(_lives(processes, rounds))


def _lives(processes: LambdaProcess, rounds: int) -> dict[str, list[Life]]:
    """In turns, so that what else the machine does meets all alike; the first round warms the disk's
    cache."""
    begin: dict[str, Callable[[], Life]] = {BARE: lambda: processes.bare("client_only")}
    for name in FUNCTIONS:
        begin[name] = lambda name=name: processes.function(name)  # type: ignore[misc]  # bound at once
    lives: dict[str, list[Life]] = {name: [] for name in begin}
    for _ in range(rounds + 1):
        for name, start in begin.items():
            lives[name].append(start())
    return {name: each[1:] for name, each in lives.items()}


def measured_of(lives: Mapping[str, list[Life]]) -> Measured:
    bare = median(life.cold for life in lives[BARE])
    rows = [_row(name, lives[name], bare) for name in FUNCTIONS]
    series = {name: [(0.0, median(life.cold for life in each) / bare)] for name, each in lives.items()}
    title = "Cold start: init and first call, by the bare handler's"
    return Measured(rows, [Chart("cold-start", title, "", "times the bare handler", series, bars=True)])


def _row(name: str, lives: list[Life], bare: float) -> Row:
    cold = median(life.cold for life in lives)
    ratio, goal = cold / bare, GOALS.get(name)
    parts = f"{median(life.init for life in lives):.0f} + {median(life.first_call for life in lives):.0f} ms"
    return Row(
        figure=_FIGURES.get(name, f"cold {name}, init and first call"),
        measured=f"{ratio:.2f} x ({parts})",
        baseline=f"{BARE}: {bare:.0f} ms",
        goal="" if goal is None else f"≤ {goal:.1f} x",
        met=None if goal is None else round(ratio, 2) <= goal,
    )


if __name__ == "__main__":
    for row in measure().rows:
        print(f"{row.figure:40} {row.measured:28} {row.baseline:32} {row.goal}")
