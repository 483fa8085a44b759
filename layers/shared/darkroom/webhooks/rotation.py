"""The rotation of a tenant's signing secret: for a while the old ones and the new one sign together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

OVERLAP_SECONDS = 24 * 3600
MAX_SECRETS = 5
"""That sign at once: each is one more signature in every webhook's header."""


class TooManyRotationsError(Exception):
    """One more would end a secret before its 24 hours, which a receiver may count on."""

    def __init__(self, next_at: float) -> None:
        """`next_at`: Unix seconds from which a rotation is possible again."""
        super().__init__(f"{MAX_SECRETS} secrets sign already")
        self.next_at = next_at


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """`expires_at` in Unix seconds, None for the newest. `made_by`: the hash of the Idempotency-Key whose
    rotation made it: while the secret signs, a repeat of that rotation answers with it."""

    secret: str
    expires_at: float | None = None
    made_by: str | None = None


Secrets = Sequence[SigningSecret]
"""In the order in which they sign: old ones first, the newest last."""


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """`version` grows with every write."""

    secrets: Secrets
    version: int


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to write a tenant's secrets. `version`: at least so new is what stands there."""

    token: str
    version: int


def signing(secrets: Secrets, now: float) -> list[SigningSecret]:
    """Without those that have expired."""
    return [each for each in secrets if each.expires_at is None or each.expires_at > now]


def made_by(secrets: Secrets, key_hash: str | None) -> SigningSecret | None:
    """The secret that this key's rotation has made."""
    return next((each for each in secrets if key_hash is not None and each.made_by == key_hash), None)


def rotated(secrets: Secrets, secret: str, key_hash: str | None, now: float) -> list[SigningSecret]:
    """Raises TooManyRotationsError."""
    kept = signing(secrets, now)
    ends = sorted(each.expires_at for each in kept if each.expires_at is not None)
    if len(kept) >= MAX_SECRETS and ends:
        raise TooManyRotationsError(ends[len(kept) - MAX_SECRETS])
    older = [replace(each, expires_at=each.expires_at or now + OVERLAP_SECONDS) for each in kept]
    return [*older, SigningSecret(secret, None, key_hash)]
