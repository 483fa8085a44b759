"""`make down`: ends what `make up` started, and nothing else; the stack's data go with it.

With --all: every local stack.
"""

import shutil
import sys

from local.home import DEFAULT_PORT, Home, homes
from local.options import read_options
from local.progress import step


def bring_down(home: Home) -> None:
    for process in home.processes().values():
        process.stop()
    home.state_file.unlink(missing_ok=True)
    shutil.rmtree(home.folder / "tmp", ignore_errors=True)
    if home.port != DEFAULT_PORT:
        shutil.rmtree(home.folder, ignore_errors=True)


def main(everything: bool) -> None:
    chosen = homes() if everything else [Home(read_options().port)]
    for home in chosen:
        if not home.state_file.exists():
            print(f"No stack is up on port {home.port}.")
            continue
        with step(f"Stopping the stack on port {home.port}"):
            bring_down(home)


if __name__ == "__main__":
    main("--all" in sys.argv[1:])
