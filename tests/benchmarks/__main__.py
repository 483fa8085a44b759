"""`make bench`: the figures, each with what it is measured against, from one run."""

import json
import os
import platform
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.burst import burst
from benchmarks.bursts import print_bursts
from benchmarks.cold_start import import_times
from local.home import ROOT, Home
from local.options import Options
from local.up import bring_up

JOBS = 200
INFERENCE_SECONDS = 2.0
LAYER = ROOT / ".aws-sam" / "local" / "SharedLayer" / "python"


def main() -> int:
    state_file = Path(os.environ["DARKROOM_STACK"])
    port = int(json.loads(state_file.read_text())["aws_endpoint_url"].rsplit(":", 1)[1])
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    _print_cold_start()
    print_bursts()
    complete = True
    for callbacks in ("on", "off"):
        state = bring_up(replace(Options(), port=port, callbacks=callbacks))
        assert Home(port).state_file == state_file
        burst(state, 20, 0.2, callbacks)  # starts the workers
        figures = burst(state, JOBS, INFERENCE_SECONDS, callbacks)
        complete = complete and figures.complete
        print(f"\n{JOBS} jobs at once, upstream takes {INFERENCE_SECONDS:g} s, callbacks {callbacks}")
        print("\n".join(f"  {line}" for line in figures.lines()), flush=True)
    return 0 if complete else 1


def _print_cold_start() -> None:
    times = import_times(LAYER)
    baseline = next(iter(times.values()))
    print("\nCold start: import of each function's module, median of 9 fresh processes")
    for name, milliseconds in times.items():
        print(f"  {name:28} {milliseconds:6.0f} ms  {milliseconds / baseline:5.2f} x")


if __name__ == "__main__":
    sys.exit(main())
