"""The delivery of a job's event to its webhook: an axis of its own beside the job's state."""

from dataclasses import dataclass, replace
from enum import StrEnum

KEPT_ATTEMPTS = 20
"""More than one whole schedule and some replays; bounds the item's size."""


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
    """`attempts` are the latest ones, `made` counts those of this round, `next_at` is when another is due."""

    status: DeliveryStatus = DeliveryStatus.NONE
    attempts: tuple[DeliveryAttempt, ...] = ()
    made: int = 0
    next_at: float | None = None

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

    def replayed(self, now: float) -> "Delivery":
        """A whole new round of the same event."""
        if self.status is DeliveryStatus.NONE:
            raise DeliveryError("there is no event to deliver")
        return replace(self, status=DeliveryStatus.PENDING, made=0, next_at=now)

    def _after(self, attempt: DeliveryAttempt, status: DeliveryStatus, next_at: float | None) -> "Delivery":
        if self.status is not DeliveryStatus.PENDING:
            raise DeliveryError(f"a delivery that is {self.status} can't be attempted")
        attempts = (*self.attempts, attempt)[-KEPT_ATTEMPTS:]
        return Delivery(status, attempts, self.made + 1, next_at)
