"""Runs a command beside a stack of its own, on a free port, and takes the stack down whatever happens.

The command finds the stack by DARKROOM_STACK, its state file. Usage: python -m local.with_stack COMMAND …
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from local.down import bring_down
from local.home import LOCAL, Home, free_port
from local.options import Options
from local.progress import step
from local.up import bring_up

STACK_VARIABLE = "DARKROOM_STACK"
KEPT_LOGS = LOCAL / "failed"
_IMPATIENT = ("OverdueSeconds=10", "UpstreamTimeoutSeconds=60", "SyncWaitSeconds=4")
"""What a crash leaves behind is taken up within seconds, and a held request let go: the tests wait for it."""


def main(command: list[str]) -> int:
    options = replace(Options(), port=free_port(), inference_seconds=0.3, parameters=_IMPATIENT)
    with up(options) as home:
        environment = os.environ | {STACK_VARIABLE: str(home.state_file)}
        status = subprocess.run(command, env=environment, check=False).returncode
        if status:
            _keep_logs(home)
    return status


@contextmanager
def up(options: Options) -> Iterator[Home]:
    """A stack while the block runs; the logs are kept where the block fails."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    home = Home(options.port)
    try:
        bring_up(options)
        yield home
    except BaseException:
        _keep_logs(home)
        raise
    finally:
        with step("Taking the stack down"):
            bring_down(home)


def _keep_logs(home: Home) -> None:
    shutil.rmtree(KEPT_LOGS, ignore_errors=True)
    KEPT_LOGS.mkdir(parents=True)
    for log in home.folder.glob("*.log"):
        shutil.copy(log, KEPT_LOGS)
    print(f"The stack's logs are in {KEPT_LOGS}")


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit("stopped")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
