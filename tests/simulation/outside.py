"""The rest of the outside: where pictures are fetched, and the customer's receiver of webhooks."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from random import Random

from darkroom.pictures.errors import OutputGoneError, OutputRefusedError, OutputRetryError
from darkroom.ports import Picture
from darkroom.webhooks.sender import DeliveryResult
from memory.pictures import FakePicture
from simulation.boundary import Effects
from simulation.judge_sent import SentJudge


def picture_at(url: str) -> bytes:
    """Each address has its own."""
    return b"the picture at " + url.encode()


class Pictures:
    def __init__(self, effects: Effects, random: Random) -> None:
        self._effects = effects
        self._random = random

    def fetch(self, url: str, *, deadline_seconds: float) -> AbstractContextManager[Picture]:
        faults = self._effects.faults
        slow = faults.happens("output is slow")
        seconds = self._random.random() * (80.0 if slow else 0.3)
        self._effects.scheduler.pause(min(seconds, deadline_seconds))
        if seconds >= deadline_seconds:
            raise OutputRetryError("slow")
        if faults.happens("output is gone"):
            raise OutputGoneError("HTTP 404")
        if faults.happens("output is corrupt"):
            raise OutputRefusedError("malformed")
        if faults.happens("output fails"):
            raise OutputRetryError("HTTP 503")
        return nullcontext(FakePicture(picture_at(url)))


class Receiver:
    """All the tenants' receivers: the address names the tenant."""

    def __init__(self, effects: Effects, sent: SentJudge, random: Random) -> None:
        self._effects = effects
        self._sent = sent
        self._random = random

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, deadline_seconds: float
    ) -> DeliveryResult:
        faults = self._effects.faults
        if self._effects.is_out("receiver"):
            return DeliveryResult(ok=False, error="connection_refused")
        seconds = self._random.random() * (30.0 if faults.happens("receiver is slow") else 0.2)
        status, retry_after = self._status()
        self._sent.webhook_received(url, headers, body, status)
        self._effects.scheduler.pause(min(seconds, deadline_seconds))
        duration_ms = round(1000 * min(seconds, deadline_seconds))
        if seconds >= deadline_seconds or faults.happens("receiver's answer is lost"):
            return DeliveryResult(ok=False, error="timeout", duration_ms=duration_ms)
        return DeliveryResult(
            ok=status == 200,
            status_code=status,
            error=None if status == 200 else "http_status",
            duration_ms=duration_ms,
            retry_after_seconds=retry_after,
            gone=status == 410,
        )

    def _status(self) -> tuple[int, float | None]:
        faults = self._effects.faults
        if faults.happens("receiver is gone"):
            return 410, None
        if faults.happens("receiver asks for time"):
            return 503, self._random.choice([1.0, 400.0, 100_000.0])
        if faults.happens("receiver fails"):
            return 500, None
        return 200, None
