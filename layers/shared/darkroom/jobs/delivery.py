"""The delivery of a job's event to its webhook: an axis of its own beside the job's state."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, replace
from enum import StrEnum

KEPT_ATTEMPTS = 20
"""More than one whole schedule and some replays. Of a job with long texts the store has room for fewer."""
KEPT_REPLAYS = 10
"""So many replays with a key are told from a repeat; bounds the item's size as well."""


class DeliveryStatus(StrEnum):
    NONE = "none"
    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"


class DeliveryError(Exception):
    """A move that a delivery in this status does not have."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    at: float
    duration_ms: int
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    response_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """`attempts` are the latest ones, `made` counts those of this round, `next_at` is when another is due.

    `replays`: marks of the idempotency keys that the latest replays were asked for with.
    """

    status: DeliveryStatus = DeliveryStatus.NONE
    attempts: tuple[DeliveryAttempt, ...] = ()
    made: int = 0
    next_at: float | None = None
    replays: tuple[str, ...] = ()

    @property
    def is_on_its_way(self) -> bool:
        """A round has begun, and nothing was sent in it yet."""
        return self.status is DeliveryStatus.PENDING and self.made == 0

    @property
    def planned(self) -> tuple[DeliveryStatus, int, float | None]:
        """Names the attempt that comes next: whoever has another has been overtaken."""
        return self.status, self.made, self.next_at

    @property
    def last_at(self) -> float:
        return self.attempts[-1].at if self.attempts else 0.0

    def delivered(self, attempt: DeliveryAttempt) -> "Delivery":
        return self._after(attempt, DeliveryStatus.DELIVERED, None)

    def to_try_again(self, attempt: DeliveryAttempt, next_at: float) -> "Delivery":
        return self._after(attempt, DeliveryStatus.PENDING, next_at)

    def exhausted(self, attempt: DeliveryAttempt) -> "Delivery":
        """Nobody took it; the result is not lost, and the event can be replayed."""
        return self._after(attempt, DeliveryStatus.EXHAUSTED, None)

    def replayed(self, now: float, idempotency_key: str | None = None) -> "Delivery":
        """A whole new round of the same event, but for a repeat and where one has just begun."""
        if self.status is DeliveryStatus.NONE:
            raise DeliveryError("there is no event to deliver")
        if self.was_replayed_with(idempotency_key):
            return self
        marks = () if idempotency_key is None else (_mark(idempotency_key),)
        asked = replace(self, replays=(*self.replays, *marks)[-KEPT_REPLAYS:])
        if self.is_on_its_way:
            return asked
        return replace(asked, status=DeliveryStatus.PENDING, made=0, next_at=now)

    def was_replayed_with(self, idempotency_key: str | None) -> bool:
        return idempotency_key is not None and _mark(idempotency_key) in self.replays

    def _after(self, attempt: DeliveryAttempt, status: DeliveryStatus, next_at: float | None) -> "Delivery":
        if self.status is not DeliveryStatus.PENDING:
            raise DeliveryError(f"a delivery that is {self.status} can't be attempted")
        attempts = (*self.attempts, attempt)[-KEPT_ATTEMPTS:]
        return replace(self, status=status, attempts=attempts, made=self.made + 1, next_at=next_at)


def _mark(idempotency_key: str) -> str:
    """48 bits tell a job's keys apart."""
    return b64encode(hashlib.sha256(idempotency_key.encode()).digest()[:6]).decode()
