"""The loop of every program: so many calls at once, each picture kept as a file, what failed asked for again.

A program that is started again leaves out what it finds as a file, and knows nothing else of its former life.
"""

import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.side_by_side.generations import Generation, Journal, Plan, read_plan

PAUSE_SECONDS = 3.0
ASKS = 40

Make = Callable[[Generation, int], bytes]
"""The picture's bytes; the number counts how often this generation has ended as failed."""


class GenerationFailedError(Exception):
    """It has ended without a picture: to have one, it must be asked for anew."""


class Program:
    def __init__(self, plan: Plan, make: Make, errors: tuple[type[Exception], ...]) -> None:
        """`errors`: those of the client, on which a generation is asked for again."""
        self._plan, self._make = plan, make
        self._errors: tuple[type[Exception], ...] = (*errors, GenerationFailedError)
        self._journal = Journal(plan.journal)

    def run(self) -> None:
        """Begins when it is told to."""
        self._plan.ready_file.touch()
        sys.stdin.readline()
        began, done = time.process_time(), self._plan.delivered()
        waiting = [each for each in self._plan.generations() if each.number not in done]
        with ThreadPoolExecutor(self._plan.concurrency) as pool:
            list(pool.map(self._until_delivered, waiting))
        self._journal.write(
            "ended",
            cpu_seconds=time.process_time() - began,
            peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        )

    def _until_delivered(self, generation: Generation) -> None:
        began, failed = time.monotonic(), 0
        for _ in range(ASKS):
            self._journal.write("asked", number=generation.number)
            try:
                picture = self._make(generation, failed)
            except self._errors as error:
                failed += isinstance(error, GenerationFailedError)
                self._journal.write("failed", number=generation.number, error=type(error).__name__)
                time.sleep(PAUSE_SECONDS)
                continue
            self._keep(generation.number, picture)
            seconds = time.monotonic() - began
            self._journal.write("delivered", number=generation.number, seconds=seconds)
            return

    def _keep(self, number: int, picture: bytes) -> None:
        """Whole or not at all, whenever the program is killed."""
        file = self._plan.picture(number)
        new = file.with_suffix(".new")
        new.write_bytes(picture)
        new.replace(file)


def plan_given() -> Plan:
    return read_plan(Path(sys.argv[1]))


def http_client(plan: Plan) -> httpx.Client:
    return httpx.Client(
        timeout=30.0, trust_env=False, limits=httpx.Limits(max_connections=2 * plan.concurrency)
    )


def download(http: httpx.Client, url: str) -> bytes:
    return http.get(url, follow_redirects=True).raise_for_status().content
