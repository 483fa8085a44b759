"""Processes that outlive the command that started them, and are ended by nobody else's number.

A process is known by its id and the time it started: an id alone may belong to another by now.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    started: str
    made_of: str
    """Tells what it was started with; another value asks for a restart."""

    @property
    def is_alive(self) -> bool:
        return _started(self.pid) == self.started

    def stop(self) -> None:
        """Ends it and what it has started; returns when it is gone. MiniStack outlives any SIGTERM."""
        if not self.is_alive:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            until = time.monotonic() + _GRACE_SECONDS
            while self.is_alive and time.monotonic() < until:
                time.sleep(0.02)


def start(command: Sequence[str], log: Path, environment: Mapping[str, str], made_of: str) -> Process:
    """In a session and process group of its own, its output in the log."""
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = _started(child.pid) or ""
    child.returncode = 0  # it is not waited for: it outlives this command
    return Process(child.pid, started, made_of)


def _started(pid: int) -> str | None:
    """When the process started, in the system's own words; None where no such process runs."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # one of our own that has ended would else linger
    if not Path("/proc/self/stat").exists():
        shown = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip() or None
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else fields[18]  # starttime, field 22 of the file
