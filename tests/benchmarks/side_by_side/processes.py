"""CPU time and memory of a process and of what it has started, read from /proc (Linux). Kills nothing."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

SAMPLE_SECONDS = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessId(NamedTuple):
    """A number alone may belong to another process later."""

    pid: int
    started_ticks: int


class Reading(NamedTuple):
    cpu_seconds: float
    resident_bytes: int


Readings = Mapping[ProcessId, Reading]


@dataclass(frozen=True, slots=True)
class Usage:
    """`peak_bytes`: of all processes together at one moment. Pages that they share count for each of them."""

    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    peak_processes: int = 0
    started: int = 0
    """Processes that were not there at first: their CPU time holds their start."""


class Ledger:
    """Adds up readings of a changing set of processes: what has ended keeps the CPU time last seen."""

    def __init__(self, first: Readings) -> None:
        self._before = {process: reading.cpu_seconds for process, reading in first.items()}
        self._latest: dict[ProcessId, float] = {}
        self._peak_bytes = self._peak_processes = 0
        self.add(first)

    def add(self, readings: Readings) -> None:
        self._latest |= {process: reading.cpu_seconds for process, reading in readings.items()}
        together = sum(reading.resident_bytes for reading in readings.values())
        self._peak_bytes = max(self._peak_bytes, together)
        self._peak_processes = max(self._peak_processes, len(readings))

    def usage(self) -> Usage:
        spent = sum(latest - self._before.get(process, 0.0) for process, latest in self._latest.items())
        started = len(self._latest.keys() - self._before.keys())
        return Usage(spent, self._peak_bytes, self._peak_processes, started)


class Watch:
    """While the block runs. `root` is the process itself, `descendants` all that it and they have started."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        root, descendants = readings(self._pid)
        self._root, self._descendants = Ledger(root), Ledger(descendants)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._add()

    @property
    def root(self) -> Usage:
        return self._root.usage()

    @property
    def descendants(self) -> Usage:
        return self._descendants.usage()

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._add()

    def _add(self) -> None:
        root, descendants = readings(self._pid)
        self._root.add(root)
        self._descendants.add(descendants)


def readings(pid: int) -> tuple[Readings, Readings]:
    """Of the process, and of its descendants."""
    parents: dict[int, int] = {}
    known: dict[int, tuple[ProcessId, Reading]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, *fields = file.read_text().rpartition(")")[2].split()  # from the third field of proc(5) on
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if state == "Z":
            continue
        number = int(file.parent.name)
        parents[number] = int(fields[0])
        cpu_seconds = (int(fields[10]) + int(fields[11])) / TICKS
        reading = Reading(cpu_seconds, int(fields[20]) * PAGE_BYTES)
        known[number] = ProcessId(number, int(fields[18])), reading
    root = dict([known[pid]]) if pid in known else {}
    return root, dict(known[number] for number in descendants(pid, parents))


def descendants(pid: int, parents: Mapping[int, int]) -> set[int]:
    found: set[int] = set()
    newest = {pid}
    while newest:
        newest = {number for number, parent in parents.items() if parent in newest} - found
        found |= newest
    return found
