"""The pictures that every program asks for, and the journal of what became of each. Calls nobody."""

import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SIZE = 1024


@dataclass(frozen=True, slots=True)
class Generation:
    number: int
    prompt: str
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a program is told. `run` stands in every prompt: upstream's record tells the runs apart by it."""

    run: str
    count: int
    concurrency: int
    folder: str
    base_url: str
    api_key: str
    webhook_port: int = 0
    webhook_secret: str = ""

    def generations(self) -> list[Generation]:
        return [
            Generation(number, f"A lighthouse above a calm sea, {number} of {self.run}", 1000 + number)
            for number in range(self.count)
        ]

    def picture(self, number: int) -> Path:
        return Path(self.folder) / f"{number}.jpg"

    def delivered(self) -> set[int]:
        return {int(file.stem) for file in Path(self.folder).glob("*.jpg")}

    @property
    def file(self) -> Path:
        return Path(self.folder) / "plan.json"

    @property
    def journal(self) -> Path:
        return Path(self.folder) / "journal.jsonl"

    @property
    def ready_file(self) -> Path:
        """There once the program has imported all it needs, and waits for the word."""
        return Path(self.folder) / "ready"

    def write(self) -> None:
        self.file.write_text(json.dumps(asdict(self)))


def read_plan(file: Path) -> Plan:
    return Plan(**json.loads(file.read_text()))


class Journal:
    """Appended a line at a time by each start of a program; a line that a kill cut off is the last one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, event: str, **fields: Any) -> None:
        """With the Unix time. Safe between threads: one short append is one write."""
        line = json.dumps({"event": event, "at": time.time(), **fields}) + "\n"
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._file.read_text().splitlines()]


@dataclass(frozen=True)
class Told:
    """A journal, added up. `seconds`: from the first ask to the picture at hand, as one start of the program
    measured it; `waited`: the same over all its starts."""

    seconds: dict[int, float]
    asks: Counter[int]
    errors: Counter[str]
    cpu_seconds: float
    peak_bytes: int
    waited: dict[int, float] = field(default_factory=dict)


def told(lines: Iterable[dict[str, Any]]) -> Told:
    seconds: dict[int, float] = {}
    asks: Counter[int] = Counter()
    errors: Counter[str] = Counter()
    first_asked: dict[int, float] = {}
    waited: dict[int, float] = {}
    cpu_seconds, peak_bytes = 0.0, 0
    for line in lines:
        match line["event"]:
            case "asked":
                asks[line["number"]] += 1
                first_asked.setdefault(line["number"], line["at"])
            case "failed":
                errors[line["error"]] += 1
            case "delivered":
                seconds[line["number"]] = line["seconds"]
                waited[line["number"]] = line["at"] - first_asked[line["number"]]
            case "ended":
                cpu_seconds += line["cpu_seconds"]
                peak_bytes = max(peak_bytes, line["peak_bytes"])
    return Told(seconds, asks, errors, cpu_seconds, peak_bytes, waited)
