"""One local stack's place: its port, its folder, its state file. Several can stand side by side."""

import fcntl
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.processes import Process

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
DEFAULT_PORT = 4570
REGION = "us-east-1"
STACK_NAME = "darkroom-local"
API_ID = "darkroom"
STAGE = "live"

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """The default port's state is `.local/stack.json`, any other's `.local/PORT/stack.json`."""

    port: int = DEFAULT_PORT

    @property
    def folder(self) -> Path:
        return LOCAL if self.port == DEFAULT_PORT else LOCAL / str(self.port)

    @property
    def state_file(self) -> Path:
        return self.folder / "stack.json"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.endpoint}/_aws/execute-api/{API_ID}/{STAGE}"

    @property
    def stop_command(self) -> str:
        return "make down" if self.port == DEFAULT_PORT else f"make down PORT={self.port}"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def read(self) -> State:
        return json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    def write(self, state: State) -> None:
        new = self.state_file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(state, indent=2) + "\n")
        new.replace(self.state_file)

    def processes(self) -> dict[str, Process]:
        return {name: Process(**fields) for name, fields in self.read().get("processes", {}).items()}

    def remember(self, name: str, process: Process | None) -> None:
        """At once, so that `make down` finds it even when the rest of `make up` fails."""
        state = self.read()
        known = state.setdefault("processes", {})
        known.pop(name, None)
        if process:
            known[name] = asdict(process)
        self.write(state)


def homes() -> list[Home]:
    """Those that have a state file."""
    ports = [int(file.parent.name) for file in LOCAL.glob("[0-9]*/stack.json")]
    return [Home(port) for port in [DEFAULT_PORT, *sorted(ports)] if Home(port).state_file.exists()]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One command at a time in it."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
