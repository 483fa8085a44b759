"""Only what was started is ended."""

import fcntl
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from local.processes import Process, start

HOLDS_A_LOCK = """
import fcntl, pathlib, time
file = pathlib.Path(__file__).with_name("lock").open("w")
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(60)
"""
SLEEP = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]


def started(tmp_path: Path) -> Process:
    return start(SLEEP, tmp_path / "log", os.environ, "its parts")


def test_a_started_process_runs_until_it_is_stopped(tmp_path: Path) -> None:
    process = started(tmp_path)
    assert process.is_alive
    process.stop()
    assert not process.is_alive
    process.stop()


def test_a_process_that_took_over_the_number_is_left_alone(tmp_path: Path) -> None:
    process = started(tmp_path)
    former = replace(process, started="long ago")
    former.stop()
    assert not former.is_alive
    assert process.is_alive
    process.stop()


def test_what_it_says_goes_to_the_log(tmp_path: Path) -> None:
    process = started(tmp_path)
    wait_for_line(tmp_path / "log", "here")
    process.stop()
    assert (tmp_path / "log").read_text() == "here\n"


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    """The grandchild holds a lock for as long as it lives."""
    holder = tmp_path / "holder.py"
    holder.write_text(HOLDS_A_LOCK)
    parent = f"import subprocess, sys; subprocess.run([sys.executable, {str(holder)!r}])"
    process = start([sys.executable, "-c", parent], tmp_path / "log", os.environ, "")
    wait_for_line(tmp_path / "log", "locked")
    process.stop()
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def wait_for_line(log: Path, line: str) -> None:
    until = time.monotonic() + 30
    while line not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.01)
