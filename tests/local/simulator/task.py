"""One prediction: its fields, and how the API shows it."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from local.simulator.fault_kinds import Params
from local.simulator.submission import Submission

Nsfw = Literal["false", "true", "null"]


@dataclass
class Task:
    """`status` is the word shown, odd ones among them; `ended` is set when nothing more will happen."""

    submission: Submission
    account_key: str
    seed: int
    """The one drawn with; the input may say -1."""
    server_url: str
    nsfw: Nsfw
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_ns: int = field(default_factory=time.time_ns)
    status: str = "created"
    outputs: list[str] = field(default_factory=list)
    error: str = ""
    code: int = 0
    inference_ms: int = 0
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    charged_microusd: int = 0
    pinned: dict[str, Params] = field(default_factory=dict)
    """Faults that were drawn for this task when it was created."""
    looks: int = 0
    callback_attempts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def prompt(self) -> str:
        return self.submission.prompt

    @property
    def model_id(self) -> str:
        return self.submission.model.model_id

    @property
    def age_seconds(self) -> float:
        return (time.time_ns() - self.created_ns) / 1e9

    @property
    def created_at(self) -> str:
        """RFC 3339 with nanoseconds."""
        seconds, nanoseconds = divmod(self.created_ns, 1_000_000_000)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"

    def prediction(self) -> dict[str, Any]:
        """The `data` of a submit's and a result's reply."""
        shown: dict[str, Any] = {
            "id": self.id,
            "model": self.model_id,
            "outputs": self.outputs,
            "urls": {"get": f"{self.server_url}/api/v3/predictions/{self.id}/result"},
            "has_nsfw_contents": self._nsfw_contents(),
            "status": self.status,
            "created_at": self.created_at,
            "error": self.error,
            "timings": {"inference": self.inference_ms},
        }
        if self.code:
            shown["code"] = self.code
        return shown

    def callback_body(self) -> dict[str, Any]:
        """The bare prediction with its input, as a webhook carries it."""
        return {**self.prediction(), "input": self.submission.input, "executionTime": self.inference_ms}

    def list_item(self, echoes_input: bool) -> dict[str, Any]:
        return {**self.prediction(), **({"input": self.submission.input} if echoes_input else {})}

    def _nsfw_contents(self) -> list[bool] | None:
        if self.nsfw == "null":
            return None
        return [self.nsfw == "true" or "nsfw" in self.pinned for _ in self.outputs]
