"""The processes of a local stack: the emulator of AWS, the simulator of upstream, the receiver of webhooks.

Each is kept while it runs and is made of the same, and started anew otherwise.
"""

import hashlib
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from local import aws
from local.environments import python
from local.home import REGION, ROOT, Home, is_taken
from local.processes import Process, start
from local.progress import end_of

_READY_SECONDS = 30.0
_LOCAL = ROOT / "tests" / "local"


def ensure_emulator(home: Home) -> bool:
    """True where it was started, and so knows nothing yet. Raises SystemExit where the port is not ours."""
    main = _LOCAL / "ministack_main.py"
    sources = (main, _LOCAL / "leading_keys.py")
    made_of = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if _is_running(home, "emulator", made_of):
        return False
    if is_taken(home.port):
        raise SystemExit(f"Port {home.port} is taken by another program. Try: make up PORT={home.port + 1}")
    temporary = home.folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # an emulator that was killed leaves its Lambdas' folders
    temporary.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AUTH": "true",  # IAM is enforced
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
        "GATEWAY_PORT": str(home.port),
        "LAMBDA_PYTHON": str(python("lambda")),
    }
    command = [str(python("ministack")), "-I", str(main)]
    process = start(command, home.log("emulator"), environment, made_of)
    _wait(home, "emulator", process, lambda: _answers(f"{home.endpoint}/_ministack/health"))
    return True


def ensure_server(home: Home, name: str, port: int, arguments: list[str]) -> str:
    """`python -m local.NAME --port PORT …`; returns its URL."""
    made_of = hashlib.sha256(repr((port, arguments)).encode() + _sources(_LOCAL / name)).hexdigest()
    if not _is_running(home, name, made_of):
        command = [str(python("dev")), "-m", f"local.{name}", "--port", str(port), *arguments]
        process = start(command, home.log(name), aws.python_environment(home), made_of)
        _wait(home, name, process, lambda: is_taken(port))
    return f"http://127.0.0.1:{port}"


def stop(home: Home, name: str) -> None:
    if process := home.processes().get(name):
        process.stop()
        home.remember(name, None)


def _is_running(home: Home, name: str, made_of: str) -> bool:
    """Ends what runs and is made of something else."""
    process = home.processes().get(name)
    if process and process.is_alive and process.made_of == made_of:
        return True
    stop(home, name)
    return False


def _wait(home: Home, name: str, process: Process, is_ready: Callable[[], bool]) -> None:
    home.remember(name, process)
    until = time.monotonic() + _READY_SECONDS
    while not is_ready():
        if time.monotonic() > until or not process.is_alive:
            raise SystemExit(f"The {name} did not start. {end_of(home.log(name))}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _sources(folder: Path) -> bytes:
    files = [*sorted(folder.rglob("*.py")), folder.parent / "serving.py"]
    return b"".join(file.read_bytes() for file in files)
