"""Sub-accounts: tenants that another tenant has made, and what it may say of them. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass

from darkroom.jobs.money import Budget

MAX_SUB_ACCOUNTS = 1_000
"""That an owner has at once: each takes a parameter of the account's, and there are 10,000."""


class TooManySubAccountsError(Exception):
    """The owner has MAX_SUB_ACCOUNTS."""


@dataclass(frozen=True, slots=True)
class SubAccountTerms:
    """What an owner asks for. None: no cap, or no rate of its own; the owner's cap holds all the same."""

    name: str
    cap_microusd: int | None = None
    requests_per_minute: int | None = None

    @property
    def fingerprint(self) -> str:
        """Tells a repeated request from another one with the same Idempotency-Key."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SubAccount:
    """`budget` is None without a cap: what is spent then is counted nowhere but in its usage."""

    tenant: str
    owner: str
    name: str
    created_at: float
    requests_per_minute: int | None = None
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class SubAccountsPage:
    """A page of an owner's sub-accounts, newest first; `cursor` is None on the last one."""

    sub_accounts: tuple[SubAccount, ...]
    cursor: str | None
