import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.api import Api
from local.receiver.client import ReceiverClient
from local.receiver.inbox import Received
from local.simulator.control import SimulatorControl

SEEDREAM = "bytedance/seedream-v3.1"
DREAMINA = "bytedance/dreamina-v3.1/text-to-image"


@dataclass(frozen=True)
class Stack:
    """The deployed stack with its simulator and receiver; `state` is what `make up` wrote."""

    state: dict[str, Any]
    api: Api
    simulator: SimulatorControl
    receiver: ReceiverClient
    hook: str
    """The path of this test's own webhooks: nothing of another test arrives there."""

    @property
    def webhook_url(self) -> str:
        return self.receiver.url + self.hook

    @property
    def sync_wait_seconds(self) -> float:
        """The stack's SyncWaitSeconds."""
        stacks = self.client("cloudformation").describe_stacks(StackName=self.state["stack_name"])["Stacks"]
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stacks[0]["Parameters"]}
        return float(parameters["SyncWaitSeconds"])

    def received(self, count: int, timeout_seconds: float = 10.0) -> list[Received]:
        """This test's webhooks, once so many have come."""
        return self.receiver.wait_for(count, path=self.hook, timeout_seconds=timeout_seconds)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]  # any service
            endpoint_url=self.state["aws_endpoint_url"],
            region_name=self.state["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def submit(self, prompt: str, **fields: Any) -> dict[str, Any]:
        given = {"model": DREAMINA, "size": "512*512", "webhook_url": self.webhook_url}
        return self.api.submit(prompt=prompt, **(given | fields))


@pytest.fixture(scope="session")
def state() -> dict[str, Any]:
    path = os.environ.get("DARKROOM_STACK", "")
    if not Path(path).is_file():
        pytest.fail("These tests need a running stack: `make test` brings one up, or set DARKROOM_STACK "
                    "to the stack.json of a running one.")  # fmt: skip
    loaded: dict[str, Any] = json.loads(Path(path).read_text())
    return loaded


@pytest.fixture
def stack(state: dict[str, Any]) -> Iterator[Stack]:
    """As it was brought up: no faults, no settings, nothing received."""
    api = Api(state["api_url"], state["api_key"])
    with (
        SimulatorControl(state["simulator_control_url"].removesuffix("/_control")) as simulator,
        ReceiverClient(state["receiver_url"]) as receiver,
    ):
        simulator.reset()
        simulator.settings(inference_seconds=0.3, tier="silver")
        receiver.behave()
        receiver.clear()
        yield Stack(state, api, simulator, receiver, f"/hooks/{secrets.token_hex(4)}")
    api.close()
