"""Runs seeds, and shows the first that breaks a promise: `python -m simulation SEEDS`, or `--seed SEED`."""

import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed

from simulation.run import Simulation, Violation

_CHUNK = 250


def first_violation(seeds: Iterable[int]) -> Violation | None:
    return next(filter(None, (Simulation(seed).run() for seed in seeds)), None)


def soak(count: int) -> Violation | None:
    """Seeds from 0 on, on all cores, with a line of progress a minute."""
    begun, done, shown = time.monotonic(), 0, 0.0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        chunks = [range(first, min(first + _CHUNK, count)) for first in range(0, count, _CHUNK)]
        running = [pool.submit(first_violation, chunk) for chunk in chunks]
        for future in as_completed(running):
            violation = future.result()
            if violation is not None:
                pool.shutdown(cancel_futures=True)
                return violation
            done, seconds = done + _CHUNK, time.monotonic() - begun
            if seconds - shown >= 60:
                shown = seconds
                print(f"{min(done, count):,} of {count:,} seeds, no violation, {seconds:.0f} s", flush=True)
    print(f"{count:,} seeds, no violation, {time.monotonic() - begun:.0f} s")
    return None


def main(arguments: list[str]) -> int:
    if arguments[0] == "--seed":
        violation = Simulation(int(arguments[1])).run()
        if violation is None:
            print(f"seed {arguments[1]}: no violation")
    else:
        violation = soak(int(arguments[0]))
    if violation is not None:
        print(violation)
    return violation is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
