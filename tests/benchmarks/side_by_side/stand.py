"""Brings up all that is compared, and takes it down whatever happens."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.side_by_side.proxy import Proxy
from benchmarks.side_by_side.trial import Bench
from benchmarks.side_by_side.ways import Way, ways
from local.down import bring_down
from local.home import Home, free_port, is_taken
from local.options import Options
from local.progress import step
from local.simulator.control import SimulatorControl
from local.up import bring_up


@contextmanager
def standing(folder: Path, concurrency: int, speed: float) -> Iterator[tuple[Bench, dict[str, Way]]]:
    port, webhook_port = free_port(), free_port()
    options = replace(Options(), port=port, webhook_allow=(f"127.0.0.1:{webhook_port}",))
    try:
        state = bring_up(options)
        simulator_url = state["simulator_control_url"].removesuffix("/_control")
        with _upstream(simulator_url, state["upstream_key"]) as upstream_url:
            proxy = Proxy(folder, upstream_url)
            try:
                with step("Starting LiteLLM's proxy"):
                    proxy.start()
                    proxy.wait()
                with SimulatorControl(simulator_url) as simulator:
                    bench = Bench(simulator, folder, concurrency, speed)
                    yield bench, {way.name: way for way in ways(state, upstream_url, proxy, webhook_port)}
            finally:
                proxy.stop()
    finally:
        with step("Taking the stack down"):
            bring_down(Home(port))


@contextmanager
def _upstream(simulator_url: str, key: str) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.side_by_side.upstream", "--port", str(port)]
    child = subprocess.Popen(
        [*command, "--simulator", simulator_url, "--key", key], stdout=subprocess.DEVNULL
    )
    try:
        while not is_taken(port):
            if child.poll() is not None:
                raise SystemExit("The OpenAI-shaped upstream did not start.")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        child.terminate()
        child.wait()
