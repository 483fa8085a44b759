"""A webhook sender that keeps what it was given and answers as a test says."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.webhooks.sender import DeliveryResult


@dataclass(frozen=True, slots=True)
class SentWebhook:
    url: str
    headers: Mapping[str, str]
    body: bytes
    deadline_seconds: float


class FakeSender:
    """Unscripted, every receiver answers 200."""

    def __init__(self) -> None:
        self._script: deque[DeliveryResult] = deque()
        self.sent: list[SentWebhook] = []

    def script(self, *results: DeliveryResult) -> None:
        self._script.extend(results)

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, deadline_seconds: float
    ) -> DeliveryResult:
        self.sent.append(SentWebhook(url, dict(headers), body, deadline_seconds))
        return self._script.popleft() if self._script else answered(200)


def answered(status_code: int, retry_after_seconds: float | None = None) -> DeliveryResult:
    ok = 200 <= status_code < 300
    return DeliveryResult(
        ok=ok,
        status_code=status_code,
        error=None if ok else "http_status",
        duration_ms=12,
        retry_after_seconds=retry_after_seconds,
        gone=status_code == 410,
    )


def unanswered(seconds: float) -> DeliveryResult:
    return DeliveryResult(ok=False, error="deadline", duration_ms=round(seconds * 1000))
