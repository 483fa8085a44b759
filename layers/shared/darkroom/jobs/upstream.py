"""What an upstream can answer, in our own words: the outcome of a submit, and a prediction as it was read.

Knows no HTTP: `wavespeed/` translates its replies into these values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from darkroom.jobs.failure import JobFailure


@dataclass(frozen=True, slots=True)
class Created:
    """Upstream has the task and will charge for it."""

    prediction_id: str


@dataclass(frozen=True, slots=True)
class NotCreated:
    """Surely no task and no charge: the submit may be made again after a while."""

    reason: str
    retry_after_seconds: float | None = None
    throttled: bool = False
    """True for a 429: the permits are narrowed for a while."""


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """Surely no task: upstream refuses our key (401) or has no credits left on it (402, code 1407).

    The job is not at fault: it waits, and submits with that key stop for a while.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Surely no task, and none will come of this request: the job fails, not billed."""

    failure: JobFailure


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A task may exist and be charged: never to be submitted again on its own."""

    reason: str


SubmitOutcome = Created | NotCreated | KeyRefused | Refused | Ambiguous


class Progress(StrEnum):
    """How far a prediction is. An unknown word of upstream's is RUNNING (contract page, "Status words")."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Prediction:
    """One upstream task as read from upstream."""

    id: str
    progress: Progress
    status_word: str
    """Upstream's own word, for logs and for the metric on unknown words."""
    known_word: bool = True
    model: str = ""
    outputs: tuple[str, ...] = ()
    nsfw: tuple[bool, ...] = ()
    failure: JobFailure | None = None
    """Set if and only if progress is FAILED."""
    inference_ms: int | None = None
    created_at: float | None = None
    """Unix seconds, None where upstream's text could not be read."""
    input: Mapping[str, Any] = field(default_factory=dict)
    """The request as upstream echoes it; empty where it doesn't (undocumented)."""


class UpstreamUnavailableError(Exception):
    """A read from upstream gave nothing to decide on (network, 429, 5xx, garbage): look again later."""

    def __init__(self, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
