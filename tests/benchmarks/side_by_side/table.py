"""The comparison as tables people can read, and as rows of the bench. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
NOT_RUN = "not run"
KILLED: Mapping[tuple[Victim, str], str] = {
    ("middle", "litellm"): "LiteLLM's proxy",
    ("middle", "face"): "Darkroom's functions, OpenAI face",
    ("middle", "native"): "Darkroom's functions, jobs and webhooks",
    ("program", "alone"): "your program, `wavespeed` client alone",
    ("program", "litellm"): "your program, LiteLLM's proxy",
    ("program", "face"): "your program, OpenAI face",
    ("program", "native"): "your program, jobs and webhooks",
}
COUNTS = ("paid", "delivered", "lost", "paid twice", "asked for again", "later than a minute", "slowest")


@dataclass(frozen=True)
class Comparison:
    """By the ways' names; `killed` by victim and way. What has not run is not there."""

    latency: dict[str, Latency] = field(default_factory=dict)
    cost: dict[str, Cost] = field(default_factory=dict)
    killed: dict[tuple[Victim, str], Survival] = field(default_factory=dict)

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

    def row(figure: str, cell: Callable[[str], str]) -> tuple[str, list[str]]:
        return figure, [cell(name) if name in comparison.cost else NOT_RUN for name in COLUMNS]

    latency, cost = comparison.latency, comparison.cost
    return [
        row("added latency p50, p95", lambda name: f"{_time(latency[name].p50)}, {_time(latency[name].p95)}"),
        row("CPU of your program, a picture", lambda name: _time(cost[name].program_cpu)),
        row("CPU of what stands between, a picture", lambda name: _between_cpu(name, cost[name])),
        row("peak memory of your program", lambda name: _size(cost[name].program_bytes)),
        row("peak memory of what stands between", lambda name: _between_size(name, cost[name])),
    ]


def notes(comparison: Comparison) -> str:
    """None, where not even the undisturbed runs came to their end."""
    if not {"direct", "face", "native"} <= comparison.cost.keys():
        return ""
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
    """Two tables: what each way costs, and what a kill does to it."""
    killed = [(title, _counts(comparison.killed.get(which))) for which, title in KILLED.items()]
    tables = [("", COLUMNS.values(), lines(comparison)), ("killed at half time", COUNTS, killed)]
    return "\n\n".join(_table([corner, *head], rows) for corner, head, rows in tables)


def _table(head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    cells = [head, ["---"] * len(head), *([title, *row] for title, row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def measured(comparison: Comparison) -> Measured:
    """Darkroom's two faces against the other two ways."""
    rows = []
    for figure, cells in lines(comparison):
        said = {name: f"{COLUMNS[name]}: {cell}" for name, cell in zip(COLUMNS, cells, strict=True)}
        ours, theirs = (said["face"], said["native"]), (said["alone"], said["litellm"])
        rows.append(Row(f"side by side, {figure}", "; ".join(ours), "; ".join(theirs), "", None))
    twice = dict.fromkeys(COLUMNS, NOT_RUN) | {
        name: str(survival.paid_twice)
        for (victim, name), survival in comparison.killed.items()
        if victim == "program"
    }
    said = {name: f"{COLUMNS[name]}: {count}" for name, count in twice.items()}
    ours, theirs = (said["face"], said["native"]), (said["alone"], said["litellm"])
    rows.append(
        Row("side by side, paid twice, the program killed", "; ".join(ours), "; ".join(theirs), "", None)
    )
    return Measured(rows)


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


def _counts(survival: Survival | None) -> list[str]:
    if survival is None:
        return [NOT_RUN] * len(COUNTS)
    counts = (survival.paid, survival.delivered, survival.lost, survival.paid_twice)
    later = (survival.repeated, survival.late)
    return [*(str(count) for count in (*counts, *later)), f"{survival.slowest_seconds:.0f} s"]


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
