"""Builds and deploys the template onto the emulator with the same `sam` commands as onto AWS."""

import hashlib
import subprocess
from collections.abc import Mapping, Sequence

import yaml

from local import aws
from local.environments import FOLDERS, python
from local.home import LOCAL, ROOT, Home
from local.progress import end_of

_BUILD = ROOT / ".aws-sam" / "local"
_SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")


def fingerprint(parameters: Mapping[str, str]) -> str:
    """Of all that a deployment is made of: the same one need not be repeated."""
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    for source in _SOURCES:
        for file in sorted((ROOT / source).rglob("*")) or [ROOT / source]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def build(home: Home) -> None:
    """Layer requirements are installed once and kept; the package itself is copied in each time."""
    settings = {
        "LAYER_TARGET": "local",
        "LAYER_PYTHON": str(python("dev")),
        "LAYER_CACHE": str(LOCAL / "builds" / "layer"),
    }
    _sam(home, ["build", "--cached", "--build-dir", str(_BUILD), "--cache-dir", f"{_BUILD}-cache"], settings)


def check_imports() -> None:
    """Every function's module, from the layer as it was built. Raises SystemExit with the traceback."""
    modules = ", ".join(f"{app.parent.name}.app" for app in sorted((ROOT / "functions").glob("*/app.py")))
    path = f"{_BUILD / 'SharedLayer' / 'python'}:{ROOT / 'functions'}"
    done = subprocess.run(
        [str(python("lambda")), "-B", "-c", f"import {modules}"],
        env={"PYTHONPATH": path, "POWERTOOLS_SERVICE_NAME": "check"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"A function can't be imported; the running stack is as it was.\n{done.stderr}")


def deploy(home: Home, parameters: Mapping[str, str]) -> None:
    """What is not given gets the template's default; `sam` alone would keep the last deployment's value."""
    template = _BUILD / "template.yaml"
    declared = yaml.safe_load(template.read_text())["Parameters"]
    defaults = {name: str(parameter["Default"]) for name, parameter in declared.items()}
    if unknown := sorted(parameters.keys() - declared.keys()):
        raise SystemExit(
            f"The template has no parameter {', '.join(unknown)}. It has: {', '.join(declared)}."
        )
    overrides = [f"{name}={value}" for name, value in {**defaults, **parameters}.items() if value]
    _sam(
        home,
        ["deploy", "--template-file", str(template), "--parameter-overrides", *overrides],
        {"SAM_CLI_POLL_DELAY": "0.1"},  # seconds; it is made for AWS, where a stack takes minutes
    )


def _sam(home: Home, arguments: Sequence[str], settings: Mapping[str, str]) -> None:
    """Raises SystemExit with the end of its output; all of it is in the log."""
    command, *rest = arguments
    sam = ROOT / FOLDERS["sam"] / "bin" / "sam"
    environment = {**aws.environment(home), **settings, "SAM_CLI_TELEMETRY": "0"}
    log = home.log(f"sam-{command}")
    with log.open("w") as output:
        done = subprocess.run(
            [sam, command, "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local", *rest],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"sam {command} failed. {end_of(log)}")
