"""`make side-by-side`: the same generations by four ways, on a local stack of its own."""

import argparse
import json
import os
import platform
import signal
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from benchmarks.goals import Measured
from benchmarks.side_by_side import table
from benchmarks.side_by_side.figures import Outcome, Victim, added_latency, cost, survival
from benchmarks.side_by_side.proxy import version
from benchmarks.side_by_side.stand import standing
from benchmarks.side_by_side.trial import Bench
from benchmarks.side_by_side.ways import Way
from local.home import ROOT
from local.progress import step

BUILT = ROOT / "build" / "bench"
TIMED = ("alone", "direct", "litellm", "native", "face")


@dataclass(frozen=True, slots=True)
class Size:
    """`speed`: factor on upstream's inference times."""

    generations: int = 200
    rounds: int = 2
    concurrency: int = 20
    speed: float = 0.5


def measure(size: Size) -> Measured:
    """Brings a stack of its own up and down; writes build/bench/side-by-side.{json,md}, whatever fails."""
    comparison = table.Comparison()
    try:
        compare(size, comparison)
    finally:
        BUILT.mkdir(parents=True, exist_ok=True)
        tables = f"{heading(size)}\n\n{table.markdown(comparison)}\n\n{table.notes(comparison)}"
        (BUILT / "side-by-side.md").write_text(tables)
        document = {"heading": heading(size), **comparison.document()}
        (BUILT / "side-by-side.json").write_text(json.dumps(document, indent=2) + "\n")
    return table.measured(comparison)


def heading(size: Size) -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, LiteLLM {version()}: {size.generations} generations, "
        f"{size.concurrency} at once; inference times {size.speed:g} of the models'"
    )


def compare(size: Size, comparison: table.Comparison) -> None:
    """Fills in each way as soon as it is known."""
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), size.concurrency, size.speed) as (bench, by_name),
    ):
        for name, outcomes in _undisturbed(bench, by_name, size):
            comparison.latency[name], comparison.cost[name] = added_latency(outcomes), cost(outcomes)
        for victim, name in table.KILLED:
            outcome = _said(f"{victim} killed, {name}", bench, by_name[name], size.generations, victim)
            comparison.killed[victim, name] = survival(outcome)


def _undisturbed(
    bench: Bench, by_name: dict[str, Way], size: Size
) -> Iterator[tuple[str, Sequence[Outcome]]]:
    """In turns, there and back again, so that a machine that slows down does so for all."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for number in range(size.rounds):
        for name in TIMED if number % 2 == 0 else reversed(TIMED):
            count = size.generations // size.rounds
            outcomes[name].append(_said(f"round {number + 1}, {name}", bench, by_name[name], count))
            yield name, outcomes[name]


def _said(title: str, bench: Bench, way: Way, count: int, victim: Victim | None = None) -> Outcome:
    with step(f"{count} generations: {title}"):
        return bench.run(way, count, victim)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit("stopped")


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    parser = argparse.ArgumentParser(prog="benchmarks.side_by_side", description=__doc__)
    for name, default in asdict(Size()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    for row in measure(Size(**vars(parser.parse_args()))).rows:
        print(f"\n{row.figure}\n  {row.measured}\n  beside {row.baseline}")
    print(f"\nThe table is {(BUILT / 'side-by-side.md').relative_to(ROOT)}")


if __name__ == "__main__":
    main()
