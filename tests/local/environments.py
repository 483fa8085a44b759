"""Makes the Python environments that `make` works in, each once: again when its pins or the Python change.

Runs on a bare Python, before any of them exists. Usage: python -m local.environments dev sam …
"""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.progress import step

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "dev": ".venv",
    "ministack": ".venv-ministack",
    "sam": ".venv-sam",
    "lambda": ".venv-lambda",
    "litellm": ".venv-litellm",
    "bench": ".venv-bench",
    "scan": ".venv-scan",
}


def python(name: str) -> Path:
    """Its interpreter. `lambda` has nothing installed: what runs there sees its layer alone."""
    return ROOT / FOLDERS[name] / "bin" / "python"


def main(names: list[str]) -> None:
    missing = [name for name in names if not _is_made(name)]
    if not missing:
        return
    with step(f"Setting up Python environments ({', '.join(missing)})"), ThreadPoolExecutor() as pool:
        failures = [text for text in pool.map(_make, missing) if text]
    if failures:
        raise SystemExit("\n".join(failures))


def _make(name: str) -> str | None:
    """Returns what went wrong, in the words of the tool that failed."""
    folder, pins = ROOT / FOLDERS[name], _pins(name)
    # Without bytecode pip is done in half the time; each module is compiled when it is first imported
    install = [
        str(python(name)),
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--no-compile",
    ]
    commands = [[sys.executable, "-m", "venv", *_venv_options(name), str(folder)]]
    if pins:
        commands.append([*install, "-r", str(pins)])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    _stamp(name).write_text(_made_of(name))
    return None


def _venv_options(name: str) -> list[str]:
    """An environment made by another Python is made anew; one that merely lacks pins gets them."""
    options = [] if _pins(name) else ["--without-pip"]
    made_by = ROOT / FOLDERS[name] / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    return options if made_by.exists() else [*options, "--clear"]


def _pins(name: str) -> Path | None:
    return None if name == "lambda" else ROOT / "tests" / "requirements" / f"{name}.txt"


def _stamp(name: str) -> Path:
    return ROOT / FOLDERS[name] / "made-of"


def _made_of(name: str) -> str:
    pins = _pins(name)
    content = sys.version.encode() + (pins.read_bytes() if pins else b"")
    return hashlib.sha256(content).hexdigest()


def _is_made(name: str) -> bool:
    stamp = _stamp(name)
    return python(name).exists() and stamp.exists() and stamp.read_text() == _made_of(name)


if __name__ == "__main__":
    main(sys.argv[1:])
