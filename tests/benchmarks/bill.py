"""What 1,000 images cost on AWS: counted on the local stack, priced from a dated table, beside two designs.

PYTHONPATH=layers/shared:functions:tests DARKROOM_STACK=… python -m benchmarks.bill
"""

import json
import os
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.bill_report import charts_of, rows_of
from benchmarks.goals import Measured
from benchmarks.other_designs import message_a_poll, step_functions
from benchmarks.recorded_usage import counted
from local.api import Api
from local.receiver.client import ReceiverClient
from local.simulator.catalogue import DREAMINA
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings

IN_TURN, AT_ONCE = 20, 200
CLIENTS = 8
SAMPLES = 2_000
PATIENCE_SECONDS = 300.0


def measure(state: Mapping[str, Any], in_turn: int = IN_TURN, at_once: int = AT_ONCE) -> Measured:
    """On a stack with callbacks. Its processes are made warm first."""
    with (
        SimulatorControl(state["simulator_control_url"].removesuffix("/_control")) as simulator,
        ReceiverClient(state["receiver_url"]) as receiver,
    ):
        simulator.reset()
        simulator.settings(inference_seconds=0.5, tier="silver")
        runs = Runs(state, receiver)
        counted(state, CLIENTS, lambda: runs.at_once(CLIENTS))
        alone = counted(state, in_turn, lambda: runs.in_turn(in_turn))
        simulator.settings(inference_seconds=2.0, picture_style="plain")
        burst = counted(state, at_once, lambda: runs.at_once(at_once))
    seconds = inference_seconds(SAMPLES)
    others = {
        "a message a poll": message_a_poll(seconds),
        "a Step Functions loop": step_functions(seconds),
    }
    ours = {"Darkroom, at once": burst.usage, "Darkroom, one by one": alone.usage}
    return Measured(rows_of(alone, burst, others), charts_of(ours | others))


class Runs:
    """Jobs with webhooks to our receiver."""

    def __init__(self, state: Mapping[str, Any], receiver: ReceiverClient) -> None:
        self._state = state
        self._receiver = receiver

    def in_turn(self, jobs: int) -> None:
        hook = self._hook()
        for number in range(1, jobs + 1):
            self._submit(hook, 1)
            self._receiver.wait_for(number, path=hook, timeout_seconds=PATIENCE_SECONDS)

    def at_once(self, jobs: int) -> None:
        hook = self._hook()
        self._submit(hook, jobs)
        self._receiver.wait_for(jobs, path=hook, timeout_seconds=PATIENCE_SECONDS)

    def _submit(self, hook: str, jobs: int) -> None:
        api = Api(self._state["api_url"], self._state["api_key"])

        def submit(number: int) -> None:
            api.submit(
                model=DREAMINA.model_id, prompt=f"{hook} {number}", webhook_url=self._receiver.url + hook
            )

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(submit, range(jobs)))
        api.close()

    def _hook(self) -> str:
        return f"/bill/{time.time_ns()}"


def inference_seconds(samples: int) -> Sequence[float]:
    """As the simulator draws them for the model."""
    draw, median = random.Random(1), DREAMINA.median_seconds
    return [median * draw.lognormvariate(0, Settings().inference_spread) for _ in range(samples)]


if __name__ == "__main__":
    for row in measure(json.loads(Path(os.environ["DARKROOM_STACK"]).read_text())).rows:
        print(f"{row.figure}\n  {row.measured}\n  {row.baseline} {row.goal} {row.met}")
