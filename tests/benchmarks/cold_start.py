"""Cold start: the time to import each function's module from the built layer, beside boto3's alone."""

import statistics
import subprocess
from pathlib import Path

from local.environments import python
from local.home import ROOT

ROUNDS = 9
BASELINE = "import boto3; boto3.client('dynamodb', region_name='us-east-1')"
_TIMED = "import time; started = time.perf_counter(); {}; print(time.perf_counter() - started)"


def import_times(layer: Path) -> dict[str, float]:
    """Median milliseconds of fresh processes, in turns; the first row is the baseline."""
    names = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())
    statements = {"boto3 and a DynamoDB client": BASELINE} | {n: f"import {n}.app" for n in names}
    times: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(ROUNDS + 1):
        for name, statement in statements.items():
            times[name].append(_milliseconds(layer, statement))
    return {name: statistics.median(values[1:]) for name, values in times.items()}  # the first one warms up


def _milliseconds(layer: Path, statement: str) -> float:
    environment = {"PYTHONPATH": f"{layer}:{ROOT / 'functions'}", "POWERTOOLS_SERVICE_NAME": "bench"}
    done = subprocess.run(
        [str(python("lambda")), "-c", _TIMED.format(statement)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 1000
