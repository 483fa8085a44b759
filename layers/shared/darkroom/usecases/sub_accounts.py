"""An owner makes and changes sub-accounts: tenants whose jobs are booked in its budget too."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from darkroom.jobs.ids import keyed_sub_account_id, new_sub_account_id
from darkroom.jobs.sub_account import SubAccount, SubAccountTerms
from darkroom.ports import ThrottledError
from darkroom.usecases.accept import IdempotencyConflictError
from darkroom.webhooks.rotation import SigningSecret


class SubAccountRemovedError(Exception):
    """What this Idempotency-Key had made is removed by now."""


class SubAccounts(Protocol):
    """Another owner's sub-account is none, and neither is a removed one. All methods raise ThrottledError."""

    def add(self, owner: str, tenant: str, terms: SubAccountTerms, now: float) -> str | None:
        """With its budget and its first API key, which is returned; None where the id is taken.

        Raises TooManySubAccountsError.
        """

    def add_key(self, tenant: str, now: float) -> str | None:
        """One more API key; None where there is no such tenant (any more)."""

    def get(self, owner: str, tenant: str) -> SubAccount | None: ...

    def fingerprint(self, owner: str, tenant: str) -> str | None:
        """Of the terms that it was made with, also where it is removed."""

    def change(self, owner: str, tenant: str, values: Mapping[str, Any]) -> bool:
        """Of its terms' fields, all or none; None takes one away. False where there is no such
        sub-account."""


class FirstSecrets(Protocol):
    def create(self, tenant: str, secret: SigningSecret) -> bool:
        """False where the tenant has one. Raises ThrottledError."""


@dataclass(frozen=True, slots=True)
class Made:
    """`api_key` is shown this once. `repeated`: the sub-account was there, the key is one more."""

    sub_account: SubAccount
    api_key: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class SubAccountKeeper:
    sub_accounts: SubAccounts
    secrets: FirstSecrets
    new_secret: Callable[[], str]
    clock: Callable[[], float]

    def create(self, owner: str, terms: SubAccountTerms, idempotency_key: str | None) -> Made:
        """Raises IdempotencyConflictError, SubAccountRemovedError, TooManySubAccountsError and
        ThrottledError."""
        tenant = keyed_sub_account_id(owner, idempotency_key) if idempotency_key else new_sub_account_id()
        api_key = self.sub_accounts.add(owner, tenant, terms, self.clock())
        if api_key is None:
            return self._repeated(owner, tenant, terms)
        with suppress(
            ThrottledError
        ):  # it stands and its key is shown this once; a look at the secret makes it
            self.secrets.create(tenant, SigningSecret(self.new_secret()))
        return Made(self._there(owner, tenant), api_key)

    def change(self, owner: str, tenant: str, values: Mapping[str, Any]) -> SubAccount | None:
        """`values`: of the terms' fields, those that change. None where there is no such sub-account.

        Raises ThrottledError.
        """
        found = self.sub_accounts.get(owner, tenant)
        if found is None or not values:
            return found
        return (
            self.sub_accounts.get(owner, tenant) if self.sub_accounts.change(owner, tenant, values) else None
        )

    def _repeated(self, owner: str, tenant: str, terms: SubAccountTerms) -> Made:
        if self.sub_accounts.fingerprint(owner, tenant) != terms.fingerprint:
            raise IdempotencyConflictError
        api_key = self.sub_accounts.add_key(tenant, self.clock())
        if api_key is None:
            raise SubAccountRemovedError
        return Made(self._there(owner, tenant), api_key, repeated=True)

    def _there(self, owner: str, tenant: str) -> SubAccount:
        found = self.sub_accounts.get(owner, tenant)
        if found is None:
            raise SubAccountRemovedError
        return found
