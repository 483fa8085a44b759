"""The measured process: finishes the batches it is told of on its input, and answers with what each took.

`python -m benchmarks.finishing.worker VARIANT LOG BASE_URL CA_FILE`; a line is {"names": …, "at_once": …}.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
Finish = Callable[[Sequence[str], bool], None]


def main(variant: str, log: str, base_url: str, certificate: str) -> None:
    finish: Finish = import_module(f"benchmarks.finishing.{variant}").finisher(base_url, certificate)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    with Path(log).open("w") as file:
        os.dup2(file.fileno(), 1)
    for line in sys.stdin:
        print(json.dumps(_measured(finish, **json.loads(line))), file=answers)


def _measured(finish: Finish, names: Sequence[str], at_once: bool) -> dict[str, float]:
    """`peak_mb`: the most that was resident during the batch, or since the start where that isn't known."""
    if _STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets VmHWM
    cpu, wall = time.process_time(), time.perf_counter()
    finish(names, at_once)
    return {
        "cpu_ms": (time.process_time() - cpu) * 1000,
        "wall_seconds": time.perf_counter() - wall,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    if _STATUS.exists():
        [line] = [line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def each(finish_one: Callable[[str], Any]) -> Finish:
    """One after the other, or all at once in threads."""

    def finish(names: Sequence[str], at_once: bool) -> None:
        if not at_once:
            for name in names:
                finish_one(name)
            return
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(finish_one, names))

    return finish


if __name__ == "__main__":
    main(*sys.argv[1:])
