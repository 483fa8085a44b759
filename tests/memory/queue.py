"""A queue in memory: it remembers every send, and hands out what is due when a test's scheduler asks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from darkroom.ports import JobMessage, Tick
from memory.clock import FakeClock

_MAX_DELAY_SECONDS = 900


@dataclass(frozen=True, slots=True)
class SentMessage:
    """`delay_seconds` is what the sender asked for; SQS keeps whole seconds, 900 at most."""

    message: Any
    delay_seconds: float
    sent_at: float

    @property
    def deliver_at(self) -> float:
        return self.sent_at + min(_MAX_DELAY_SECONDS, max(0, math.ceil(round(self.delay_seconds, 3))))


class MemoryQueue:
    """`sent` keeps every message ever sent; `waiting` those not yet received."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self._clock = clock or FakeClock()
        self.sent: list[SentMessage] = []
        self.waiting: list[SentMessage] = []

    def send(self, message: JobMessage | Tick, delay_seconds: float = 0.0) -> None:
        sent = SentMessage(message, delay_seconds, self._clock())
        self.sent.append(sent)
        self.waiting.append(sent)

    def send_all(self, messages: Sequence[JobMessage]) -> None:
        for message in messages:
            self.send(message)

    def receive(self) -> list[Any]:
        """What is due by the clock, in the order of its time; it is gone from the queue then."""
        due = sorted((s for s in self.waiting if s.deliver_at <= self._clock()), key=_deliver_at)
        self.waiting = [s for s in self.waiting if s.deliver_at > self._clock()]
        return [s.message for s in due]

    def next_at(self) -> float | None:
        """When the next message is due; None for an empty queue."""
        return min((s.deliver_at for s in self.waiting), default=None)


def _deliver_at(sent: SentMessage) -> float:
    return sent.deliver_at
