"""The comparison as a table people can read, and as rows of the bench. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.goals import Measured, Row
from benchmarks.side_by_side.figures import Cost, Latency, Survival, Victim

COLUMNS = {
    "alone": "`wavespeed` client alone",
    "litellm": "LiteLLM's proxy",
    "face": "Darkroom, OpenAI face",
    "native": "Darkroom, jobs and webhooks",
}
NO_MIDDLE = "nothing between"


@dataclass(frozen=True)
class Comparison:
    """By the ways' names; `killed` by victim and way."""

    latency: Mapping[str, Latency]
    cost: Mapping[str, Cost]
    killed: Mapping[tuple[Victim, str], Survival]

    def document(self) -> dict[str, Any]:
        return {
            "latency": {name: asdict(each) for name, each in self.latency.items()},
            "cost": {name: asdict(each) for name, each in self.cost.items()},
            "killed": {
                f"{victim} killed, {name}": asdict(each) for (victim, name), each in self.killed.items()
            },
        }


def lines(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Each with its cells in the order of COLUMNS."""
    latency, cost = comparison.latency, comparison.cost
    return [
        (
            "added latency p50, p95",
            [f"{_time(latency[name].p50)}, {_time(latency[name].p95)}" for name in COLUMNS],
        ),
        ("CPU of your program, a picture", [_time(cost[name].program_cpu) for name in COLUMNS]),
        ("CPU of what stands between, a picture", [_between_cpu(name, cost[name]) for name in COLUMNS]),
        ("peak memory of your program", [_size(cost[name].program_bytes) for name in COLUMNS]),
        ("peak memory of what stands between", [_between_size(name, cost[name]) for name in COLUMNS]),
        ("what stands between is killed", [_survived(comparison, "middle", name) for name in COLUMNS]),
        ("your program is killed", [_survived(comparison, "program", name) for name in COLUMNS]),
    ]


def notes(comparison: Comparison) -> str:
    direct, control = comparison.latency["direct"], comparison.cost["direct"]
    face, native = (comparison.cost[name].functions_started for name in ("face", "native"))
    said = (
        "Added latency is from the first ask to the picture's bytes in the program, less upstream's "
        f"inference. The `openai` client with nothing between: {_time(direct.p50)}, {_time(direct.p95)}, "
        f"{_time(control.program_cpu)} of CPU.",
        "LiteLLM runs with one worker and no database, and hands upstream's links on, which expire. "
        "Darkroom answers once it has fetched, verified and stored the picture.",
        "Darkroom runs on an emulator of AWS, one Python process that is API Gateway, SQS, DynamoDB and "
        "S3, on the same cores. Its latency is not that of AWS. The functions' CPU holds the start of the "
        f"processes that the emulator began meanwhile (face {face}, native {native}); their memory counts "
        "shared pages for each.",
        "`kill -9` once half of the pictures are there, started again at once. Every program asks again "
        "for what failed, after 3 s; one that is started again asks for all that it has no file of.",
    )
    return "".join(f"- {sentence}\n" for sentence in said)


def markdown(comparison: Comparison) -> str:
    table = [("", list(COLUMNS.values())), ("---", ["---"] * len(COLUMNS)), *lines(comparison)]
    return "\n".join(f"| {' | '.join([figure, *cells])} |" for figure, cells in table)


def measured(comparison: Comparison) -> Measured:
    """Darkroom's two faces against the other two ways."""
    names = list(COLUMNS)

    def said(cells: Sequence[str], *wanted: str) -> str:
        return "; ".join(f"{COLUMNS[name]}: {cells[names.index(name)]}" for name in wanted)

    return Measured(
        rows=[
            Row(
                f"side by side, {figure}",
                said(cells, "face", "native"),
                said(cells, "alone", "litellm"),
                "",
                None,
            )
            for figure, cells in lines(comparison)
        ]
    )


def _between_cpu(name: str, cost: Cost) -> str:
    if name == "alone":
        return NO_MIDDLE
    if name == "litellm":
        return _time(cost.between_cpu + cost.functions_cpu)
    return f"functions {_time(cost.functions_cpu)} (and the emulator of AWS {_time(cost.between_cpu)})"


def _between_size(name: str, cost: Cost) -> str:
    if name == "alone":
        return NO_MIDDLE
    if name == "litellm":
        return _size(cost.between_bytes + cost.functions_bytes)
    functions = f"{cost.functions_processes} functions' processes {_size(cost.functions_bytes)}"
    return f"{functions} (and the emulator {_size(cost.between_bytes)})"


def _survived(comparison: Comparison, victim: Victim, name: str) -> str:
    survival = comparison.killed.get((victim, name))
    if survival is None:
        return NO_MIDDLE
    return (
        f"{survival.paid} paid, {survival.delivered} delivered, {survival.lost} lost, "
        f"{survival.paid_twice} paid twice; {survival.repeated} asked for again; "
        f"{survival.late} later than a minute, the slowest after {survival.slowest_seconds:.0f} s"
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
