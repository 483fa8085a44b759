"""`make bench`: every figure beside what it is held against, from one run. ONLY=bursts: one benchmark alone.

The tables, the results as JSON and the charts go to build/bench. A goal that is missed is shown; only work
that was not done whole, or not done at all, is an error.
"""

import os
import platform
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import table
from benchmarks.goals import Measured, Row
from local.environments import python
from local.home import ROOT, free_port
from local.options import Options
from local.up import bring_up, built
from local.with_stack import up

OUT = ROOT / "build" / "bench"
ALONE = {
    "finishing": "benchmarks.finishing.measuring",
    "lag": "benchmarks.lag",
    "bursts": "benchmarks.bursts",
}
ON_A_STACK = {"bill": "benchmarks.bill", "burst": "benchmarks.burst"}
"""Their `measure` takes the stack's state."""
WHEN_NAMED = {"line": "benchmarks.line"}
"""On a stack too; minutes long, so only by ONLY=."""
ON_THE_LAYER = {"cold_start": "benchmarks.cold_start", "warm": "benchmarks.warm"}
"""They run from the built layer."""


@dataclass
class Run:
    by_name: dict[str, Measured] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def take(self, name: str, measure: Callable[[], Measured]) -> None:
        """One that fails is shown, and the others go on."""
        print(f"Measuring {name}", flush=True)
        began = time.monotonic()
        try:
            self.by_name[name] = measure()
            print(f"{name} took {time.monotonic() - began:.0f} s", flush=True)
        except Exception:  # noqa: BLE001  # the outermost edge
            traceback.print_exc()
            self.failed.append(name)

    @property
    def rows(self) -> list[Row]:
        return table.in_order([row for one in self.by_name.values() for row in one.rows])


def main(only: str = "") -> int:
    every = {**ALONE, **ON_THE_LAYER, **ON_A_STACK, **WHEN_NAMED}
    names = {only} if only else every.keys() - WHEN_NAMED.keys()
    if unknown := names - every.keys():
        raise SystemExit(f"No benchmark {', '.join(unknown)}. There are: {', '.join(every)}")
    began, run, folder = time.monotonic(), Run(), OUT / only
    try:
        _measure(run, names)
    finally:
        write(folder, run, time.monotonic() - began)
    print(f"\n{table.as_text(run.rows)}\n\nAll of it, and charts: {folder.relative_to(ROOT)}")
    return judged(run, whole=not only)


def _measure(run: Run, names: Set[str]) -> None:
    _alone(run, ALONE, names)
    if names & ON_THE_LAYER.keys():
        with built():
            _alone(run, ON_THE_LAYER, names)
    if names & (ON_A_STACK.keys() | WHEN_NAMED.keys()):
        options = Options(port=free_port())
        with up(options):
            _on_a_stack(run, options, names)


def _alone(run: Run, modules: Mapping[str, str], names: Set[str]) -> None:
    for name, module in modules.items():
        if name in names:
            run.take(name, import_module(module).measure)


def _on_a_stack(run: Run, options: Options, names: Set[str]) -> None:
    for name, module in {**ON_A_STACK, **WHEN_NAMED}.items():
        if name in names:
            state = bring_up(options)  # as it was, whatever the one before has changed
            run.take(name, partial(import_module(module).measure, state))


def write(folder: Path, run: Run, seconds: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.json"
    table.write_results(results, _about(seconds), run.by_name)
    (folder / "table.md").write_text(table.as_markdown(run.rows))
    command = [str(python("bench")), "-m", "benchmarks.charts", str(results), str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")})


def _about(seconds: float) -> dict[str, Any]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "minutes": round(seconds / 60, 1),
    }


def judged(run: Run, *, whole: bool) -> int:
    """1 where work was not done: a benchmark failed, jobs didn't end, a figure has no row."""
    undone = [*run.failed]
    if "burst" in run.by_name:
        undone += [row.figure for row in run.by_name["burst"].rows if row.met is False]
    if whole:
        undone += table.missing(run.rows)
    if undone:
        print(f"\nNot done: {', '.join(undone)}")
    return 1 if undone else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
