"""Runs a command that speaks to the running local stack as it would to AWS.

Usage: python -m local.within COMMAND …
"""

import os
import sys

from local import aws
from local.home import Home
from local.options import read_options


def main(command: list[str]) -> None:
    home = Home(read_options().port)
    if not home.state_file.exists():
        raise SystemExit(f"No stack is up on port {home.port}: make up")
    os.execvpe(command[0], command, aws.python_environment(home))


if __name__ == "__main__":
    main(sys.argv[1:])
