"""What a function imports, seen in a fresh interpreter, and the lists of what it may: one file a function.

After a change that is meant: PYTHONPATH=tests python -m unit.imports.reading writes the lists anew, and keeps
their comments. Third-party packages are named by their top level, but for botocore.session: Powertools loads
the bare botocore to see whether it is there. The standard library is not looked at.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
_PROGRAM = """
import sys
before = set(sys.modules)
import {module}
for name in set(sys.modules) - before:
    file = getattr(sys.modules[name], "__file__", None) or ""
    if "site-packages" in file:
        print(name if name == "botocore.session" else name.partition(".")[0])
    elif name.startswith("darkroom") or name.split(".")[0] == "{function}":
        print(name)
"""


def imported(module: str) -> set[str]:
    """By importing the module and nothing else."""
    program = _PROGRAM.format(module=module, function=module.split(".")[0])
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("layers/shared", "functions"))
    environment = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def list_of(function: str) -> Path:
    return Path(__file__).parent / f"{function}.txt"


def listed(function: str) -> dict[str, str]:
    """Name to its whole line, comment included."""
    lines = list_of(function).read_text().splitlines() if list_of(function).exists() else []
    return {line.split()[0]: line for line in lines if line.strip() and not line.startswith("#")}


def write(function: str) -> None:
    known = listed(function)
    names = sorted(
        imported(f"{function}.app"), key=lambda name: ("darkroom" in name or function in name, name)
    )
    head = (
        f"# All that `import {function}.app` loads beside the standard library: packages, then our modules\n"
    )
    list_of(function).write_text(head + "".join(f"{known.get(name, name)}\n" for name in names))


if __name__ == "__main__":
    for each in FUNCTIONS:
        write(each)
