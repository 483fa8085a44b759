"""Who calls and what he may do: a tenant's account, as its profile says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """`owner` is None for a tenant that is nobody's sub-account.

    `payers` are the tenants with a spend cap in whose budgets its jobs are booked: itself, its owner, both or
    none. `requests_per_minute` of None: no limit of its own. A sub-account's requests count against
    `owner_requests_per_minute` too, together with its owner's and all the owner's other sub-accounts'.
    """

    tenant: str
    owner: str | None = None
    payers: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    own_upstream_key: bool = False
    owner_requests_per_minute: int | None = None
