"""The request for one image, validated and frozen: what the tenant asked for, kept as long as the job."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class WebhookFormat(StrEnum):
    """What the webhook carries and how it is signed."""

    EVENT = "event"
    """Our event, by Standard Webhooks."""
    PREDICTION = "prediction"
    """WaveSpeed's bare prediction, by its own scheme: for receivers written for its webhooks."""


class Priority(StrEnum):
    """Which of a tenant's own jobs go first where they have to wait."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """`model` is the catalogue's id, `width` and `height` are pixels, `seed` -1 means a random one.

    `inline_output`: whoever asks for the result wants the picture itself (base64), not its address.
    `part`: which of several pictures of one call this is, such as `2/4`; None where it is the only one.
    """

    model: str
    prompt: str
    width: int
    height: int
    seed: int = -1
    enable_prompt_expansion: bool = True
    webhook_url: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None
    deadline_seconds: int = 3600
    webhook_format: WebhookFormat = WebhookFormat.EVENT
    inline_output: bool = False
    part: str | None = None
    priority: Priority = Priority.NORMAL

    @property
    def size(self) -> str:
        """`W*H`, as upstream spells it."""
        return f"{self.width}*{self.height}"

    @property
    def fingerprint(self) -> str:
        """The same for the same request: tells a repeat of an idempotency key from a conflict."""
        canonical = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    @property
    def prompt_hash(self) -> str:
        """What logs carry in place of the prompt."""
        return hashlib.sha256(self.prompt.encode()).hexdigest()[:16]

    def upstream_inputs(self, seed: int) -> dict[str, Any]:
        """The body of upstream's submit (contract page, "Submit"), with the attempt's own seed."""
        return {
            "prompt": self.prompt,
            "size": self.size,
            "seed": seed,
            "enable_prompt_expansion": self.enable_prompt_expansion,
            "enable_base64_output": False,
            "enable_sync_mode": False,
        }
