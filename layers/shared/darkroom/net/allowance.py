"""What one request may use in all: seconds and received bytes. Does no I/O."""

import time
from collections.abc import Callable

from darkroom.net.errors import NetworkFailure, RequestFailedError


class Allowance(float):
    """Counts from the moment it is made.

    It is a float because it is given to httpcore as the request's timeouts, and httpcore hands those
    through to each operation of the network backend. So every operation knows the deadline of the very
    request it serves, whichever thread runs it and however often its connection was used before.
    """

    __slots__ = ("_bytes_left", "_clock", "_ends_at", "dialed", "peer_closed", "received_bytes")

    def __new__(
        cls, seconds: float, max_received_bytes: int, clock: Callable[[], float] = time.monotonic
    ) -> "Allowance":
        return super().__new__(cls, seconds)

    def __init__(
        self, seconds: float, max_received_bytes: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._ends_at = clock() + seconds
        self._bytes_left = max_received_bytes
        self.received_bytes = 0
        self.dialed = False
        """True once a connection was dialed for this request; False while it uses a kept one."""
        self.peer_closed = False

    @classmethod
    def of(cls, timeout: float | None) -> "Allowance":
        """Fails closed: an operation without an allowance would have no deadline."""
        if not isinstance(timeout, Allowance):
            raise TypeError("guarded I/O needs an Allowance as its timeout")
        return timeout

    def seconds_left(self) -> float:
        """Above zero. Raises RequestFailedError at the deadline."""
        left = self._ends_at - self._clock()
        if left <= 0:
            raise deadline_exceeded()
        return left

    def bytes_left(self) -> int:
        """Above zero. Raises RequestFailedError when all has been received that may be."""
        if self._bytes_left <= 0:
            raise RequestFailedError(NetworkFailure.ANSWER_TOO_LARGE)
        return self._bytes_left

    def receive(self, count: int) -> None:
        self._bytes_left -= count
        self.received_bytes += count
        self.peer_closed = count == 0


def deadline_exceeded() -> RequestFailedError:
    return RequestFailedError(NetworkFailure.DEADLINE)
