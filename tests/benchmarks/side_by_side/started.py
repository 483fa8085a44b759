"""The user's program as a process: started, told to go, killed without a warning."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.side_by_side.generations import Plan
from benchmarks.side_by_side.ways import Way
from local.home import ROOT

HALF_SECONDS = 600.0
START_SECONDS = 60.0
LOOK_SECONDS = 0.05


class Program:
    """Of one plan; it may be started several times."""

    def __init__(self, way: Way, plan: Plan) -> None:
        self._way, self._plan = way, plan
        self._log = Path(plan.folder) / "program.log"
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it has imported all it needs."""
        self._plan.ready_file.unlink(missing_ok=True)
        path = os.pathsep.join(str(ROOT / each) for each in ("layers/shared", "tests"))
        with self._log.open("a") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", self._way.program, str(self._plan.file)],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
            )
        self._until(self._plan.ready_file.exists, START_SECONDS)

    def go(self) -> None:
        assert self._child
        print("go", file=self._child.stdin, flush=True)

    def wait_for(self, pictures: int) -> None:
        self._until(lambda: len(self._plan.delivered()) >= pictures, HALF_SECONDS)

    def wait(self, patience_seconds: float) -> None:
        """Until it has ended by itself. Raises SystemExit if it failed or got no picture for so long."""
        assert self._child
        last, since = -1, time.monotonic()
        while self._child.poll() is None:
            if (delivered := len(self._plan.delivered())) != last:
                last, since = delivered, time.monotonic()
            if time.monotonic() - since > patience_seconds:
                raise SystemExit(
                    f"{self._way.program}: no picture for {patience_seconds:.0f} s, after {last}"
                )
            time.sleep(LOOK_SECONDS)
        if self._child.returncode:
            raise SystemExit(f"{self._way.program} failed:\n{self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL: it can't tidy up."""
        if self._child:
            self._child.kill()
            self._child.wait()
            if self._child.stdin:
                self._child.stdin.close()

    def _until(self, is_so: Callable[[], bool], seconds: float) -> None:
        assert self._child
        until = time.monotonic() + seconds
        while not is_so():
            if self._child.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{self._way.program} ended too soon:\n{self._log.read_text()[-2000:]}")
            time.sleep(LOOK_SECONDS)
