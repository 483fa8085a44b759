"""Installs the JavaScript clients that the stack's tests run, once: again when their pins or Node change.

Runs on a bare Python. A machine without Node goes without them, and is told so.
"""

import hashlib
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from local.progress import step

FOLDER = Path(__file__).parents[1] / "javascript"
MIN_NODE = 20
WITHOUT_NODE = f"Node {MIN_NODE} or newer with npm is not on the PATH"
_PINS = ("package.json", "package-lock.json", ".npmrc")
_STAMP = FOLDER / "node_modules" / ".made-of"


@cache
def node_version() -> str | None:
    """Of a Node that is new enough and has its npm; None where there is none."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    number = re.match(r"v(\d+)\.", said)
    return said if number and int(number[1]) >= MIN_NODE else None


def main() -> None:
    version = node_version()
    if version is None:
        print(f"{WITHOUT_NODE}: the JavaScript clients will not be run.")
        return
    made_of = _made_of(version)
    if _STAMP.exists() and _STAMP.read_text() == made_of:
        return
    with step("Installing the JavaScript clients"):
        command = ["npm", "ci", "--loglevel=error"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    _STAMP.write_text(made_of)


def _made_of(version: str) -> str:
    content = b"".join((FOLDER / name).read_bytes() for name in _PINS)
    return hashlib.sha256(version.encode() + content).hexdigest()


if __name__ == "__main__":
    main()
