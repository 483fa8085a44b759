"""A tenant's webhook secret, shown and rotated. One rotation at a time: two at once must not lose one."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from darkroom.ports import ThrottledError
from darkroom.webhooks.rotation import (
    Secrets,
    SigningSecret,
    StoredSecrets,
    Turn,
    made_by,
    rotated,
    signing,
)


class RotationUnderWayError(Exception):
    """Somebody else rotates the same tenant's secret at this moment."""


class SecretDocuments(Protocol):
    """Where the tenants' secrets are kept. All methods raise ThrottledError."""

    def read(self, tenant: str) -> StoredSecrets | None: ...

    def create(self, tenant: str, secret: SigningSecret) -> bool:
        """False where the tenant has secrets already: nothing was written."""

    def replace(self, tenant: str, secrets: Secrets) -> int:
        """Returns the new version."""


class RotationTurns(Protocol):
    """One at a time for each tenant. All methods raise ThrottledError."""

    def take(self, tenant: str, now: float) -> Turn | None:
        """None while another has it; nobody has it for longer than a function may run."""

    def end(self, tenant: str, turn: Turn, version: int) -> None: ...


@dataclass(frozen=True, slots=True)
class SecretKeeper:
    documents: SecretDocuments
    turns: RotationTurns
    new_secret: Callable[[], str]
    clock: Callable[[], float]

    def secrets(self, tenant: str) -> Secrets:
        """Those that sign, the newest last; a tenant without one gets its first. Raises ThrottledError."""
        stored, _ = self._stored(tenant)
        return signing(stored.secrets, self.clock())

    def rotate(self, tenant: str, idempotency_key: str | None) -> Secrets:
        """As `secrets`, with a new one at the end; with a key that has made one, that one is at the end.

        Raises RotationUnderWayError, TooManyRotationsError, ThrottledError.
        """
        turn = self.turns.take(tenant, self.clock())
        if turn is None:
            raise RotationUnderWayError(tenant)
        version = turn.version
        try:
            stored, is_first = self._stored(tenant)
            # Versions begin anew where there was no parameter (any more)
            if stored.version < turn.version and not is_first:
                raise ThrottledError("the store answers with an older version than it has")
            version, secrets = self._rotated(tenant, stored, _hash(idempotency_key))
        finally:
            with suppress(ThrottledError):  # else it ends by itself
                self.turns.end(tenant, turn, version)
        return secrets

    def _rotated(self, tenant: str, stored: StoredSecrets, key_hash: str | None) -> tuple[int, Secrets]:
        now = self.clock()
        current = signing(stored.secrets, now)
        made = made_by(current, key_hash)
        if made is not None:
            return stored.version, [*(each for each in current if each is not made), made]
        secrets = rotated(current, self.new_secret(), key_hash, now)
        return self.documents.replace(tenant, secrets), secrets

    def _stored(self, tenant: str) -> tuple[StoredSecrets, bool]:
        """True: there was none, and this is what was just made."""
        stored = self.documents.read(tenant)
        if stored is None:
            first = SigningSecret(self.new_secret())
            if self.documents.create(tenant, first):
                return StoredSecrets([first], 1), True
            stored = self.documents.read(tenant)
        if stored is None:
            raise ThrottledError("the store does not show yet what was written")
        return stored, False


def _hash(idempotency_key: str | None) -> str | None:
    return idempotency_key and hashlib.sha256(idempotency_key.encode()).hexdigest()
