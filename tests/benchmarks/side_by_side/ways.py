"""The ways to the same picture: which program takes each, where it knocks, what stands in the middle."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from benchmarks.side_by_side.processes import readings
from benchmarks.side_by_side.proxy import MASTER_KEY, Proxy


@dataclass(frozen=True)
class Middle:
    """`pid`: of the process whose CPU time and memory are taken. `kill` starts it again at once."""

    pid: Callable[[], int]
    kill: Callable[[], None]
    wait: Callable[[], None]


@dataclass(frozen=True)
class Way:
    name: str
    program: str
    base_url: str
    api_key: str
    middle: Middle | None = None
    webhook_port: int = 0
    webhook_secret: str = ""


def ways(state: dict[str, Any], upstream_url: str, proxy: Proxy, webhook_port: int) -> list[Way]:
    """`direct` is the control: the `openai` client with nothing between it and upstream."""
    simulator = state["simulator_control_url"].removesuffix("/_control")
    emulator = state["processes"]["emulator"]["pid"]
    litellm = Middle(lambda: proxy.pid, proxy.kill_and_start, proxy.wait)
    darkroom = Middle(lambda: emulator, lambda: kill_functions(emulator), lambda: None)
    programs = "benchmarks.side_by_side.programs"
    return [
        Way("alone", f"{programs}.alone", simulator, state["upstream_key"]),
        Way("direct", f"{programs}.openai_caller", upstream_url, "not-a-real-key"),
        Way("litellm", f"{programs}.openai_caller", proxy.url, MASTER_KEY, litellm),
        Way(
            "native",
            f"{programs}.webhooks",
            state["api_url"],
            state["api_key"],
            darkroom,
            webhook_port,
            state["webhook_secret"],
        ),
        Way("face", f"{programs}.openai_caller", f"{state['api_url']}/v1", state["api_key"], darkroom),
    ]


def kill_functions(emulator: int) -> None:
    """Every Lambda worker at once; the emulator starts new ones for the next calls, as Lambda does."""
    _, workers = readings(emulator)
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
