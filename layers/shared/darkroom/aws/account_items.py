"""The items of AccountsTable: their keys, and what a tenant's profile says. Reads and writes nothing.

pk = KEY#{SHA-256 of the key}   sk = key             tenant, owner, key_id, name, created_at, revoked_at
pk = TENANT#{tenant}            sk = profile         owner, name, requests_per_minute, capped,
                                                     own_upstream_key, created_at, removed_at, fingerprint,
                                                     sub_accounts (how many it has)
pk = TENANT#{tenant}            sk = key#{key_id}    the key's hash: finds a tenant's keys by their ids
pk = TENANT#{owner}             sk = sub#{created, milliseconds}#{tenant}    lists an owner's sub-accounts
pk = TENANT#{tenant}            sk = rotation        token, until: who changes its webhook secret;
                                                     version: of the secrets, at the least; sure_until
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from darkroom.aws.attributes import Item, to_item
from darkroom.jobs.account import Account

Profile = Mapping[str, Any]
"""A profile's plain values."""

_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{1,38}", re.ASCII)


def is_tenant_id(text: str) -> bool:
    return _TENANT.fullmatch(text) is not None


def hash_of(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()


def key_of(key_hash: str) -> Item:
    return to_item({"pk": f"KEY#{key_hash}", "sk": "key"})


def profile_of(tenant: str) -> Item:
    return to_item({"pk": f"TENANT#{tenant}", "sk": "profile"})


def tenants_key_of(tenant: str, key_id: str) -> Item:
    return to_item({"pk": f"TENANT#{tenant}", "sk": f"key#{key_id}"})


def listing_of(owner: str, tenant: str, created_at: float) -> Item:
    return to_item({"pk": f"TENANT#{owner}", "sk": f"sub#{int(created_at * 1000):013d}#{tenant}"})


def rotation_of(tenant: str) -> Item:
    return to_item({"pk": f"TENANT#{tenant}", "sk": "rotation"})


def capped_values(cap_microusd: int | None) -> Profile:
    """What a profile says of its tenant's cap: the sums are the budget's."""
    return {"capped": None if cap_microusd is None else True}


def account_of(tenant: str, profile: Profile | None, owners_profile: Profile | None) -> Account | None:
    """None for a tenant that is unknown or removed, and for a sub-account whose owner is."""
    if profile is None or "removed_at" in profile:
        return None
    owner = profile.get("owner")
    if owner is not None and (owners_profile is None or "removed_at" in owners_profile):
        return None
    books = ((tenant, profile), (owner, owners_profile or {}))
    return Account(
        tenant=tenant,
        owner=owner,
        payers=tuple(name for name, of in books if name is not None and of.get("capped")),
        requests_per_minute=profile.get("requests_per_minute"),
        own_upstream_key=bool(profile.get("own_upstream_key")),
        owner_requests_per_minute=(owners_profile or {}).get("requests_per_minute") if owner else None,
    )
