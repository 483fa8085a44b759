"""Which receivers keep this process waiting, as far as it has seen. Its threads share it; no I/O."""

from threading import Lock

SLOW_SECONDS = 2.0
"""An attempt that takes longer is a slow one, whatever its outcome."""
_HELD_SECONDS = 60.0
_SLOW_COUNTS = 2
_SLOW_FROM = 5
_MOST_COUNT = 6
_MOST_RECEIVERS = 1000


class SlowReceivers:
    """A receiver is slow for a minute after three slow attempts in a row, or while more than a third are.

    Held apart by tenant: what one does to a shared host is not the other's affair.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[tuple[str, str], tuple[int, float]] = {}

    def note(self, tenant: str, url: str, took_seconds: float, now: float) -> None:
        key = tenant, _host(url)
        with self._lock:
            count, slow_at = self._seen.pop(key, (0, 0.0))
            if took_seconds >= SLOW_SECONDS:
                count, slow_at = min(count + _SLOW_COUNTS, _MOST_COUNT), now
            else:
                count -= 1
            if count > 0:
                self._seen[key] = count, slow_at
            if len(self._seen) > _MOST_RECEIVERS:
                del self._seen[next(iter(self._seen))]

    def is_slow(self, tenant: str, url: str, now: float) -> bool:
        count, slow_at = self._seen.get((tenant, _host(url)), (0, 0.0))
        return count >= _SLOW_FROM and now < slow_at + _HELD_SECONDS


def _host(url: str) -> str:
    """With its port, of a URL that was checked when its job was accepted."""
    return url.split("/", 3)[2]
