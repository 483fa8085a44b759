"""Identifiers: a job's sorts by time or comes from an idempotency key; an event's comes from its job's."""

import hashlib
import secrets
import time
from collections.abc import Callable

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(length)))


def new_job_id(
    now: Callable[[], float] = time.time, random_bits: Callable[[int], int] = secrets.randbits
) -> str:
    """48 bits of milliseconds and 80 random ones, as in a ULID."""
    return "job_" + _base32((int(now() * 1000) << 80) | random_bits(80), 26)


def keyed_job_id(tenant: str, idempotency_key: str) -> str:
    """The same for the same tenant and key: the store itself then finds the repeat."""
    digest = hashlib.sha256(f"{len(tenant)}:{tenant}:{idempotency_key}".encode()).digest()
    return "job_" + _base32(int.from_bytes(digest[:16], "big"), 26)


def new_sub_account_id() -> str:
    """A tenant's id like any other's."""
    return "sub-" + _base32(secrets.randbits(128), 26)


def keyed_sub_account_id(owner: str, idempotency_key: str) -> str:
    """As `keyed_job_id`; a key used for both makes ids that have nothing in common."""
    digest = hashlib.sha256(f"sub-account:{len(owner)}:{owner}:{idempotency_key}".encode()).digest()
    return "sub-" + _base32(int.from_bytes(digest[:16], "big"), 26)


def new_attempt_id() -> str:
    return "att_" + _base32(secrets.randbits(80), 16)


def event_id(job_id: str) -> str:
    """A job ends once, so its event is named after it: stable over every delivery."""
    return "evt_" + job_id.removeprefix("job_")
