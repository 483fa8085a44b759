"""AccountsTable: the tenants and their API keys. Of a key only its hash is stored.

The items are in `account_items.py`; what an owner does with its sub-accounts is in `sub_accounts.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from darkroom.aws.account_items import (
    Profile,
    account_of,
    capped_values,
    hash_of,
    is_tenant_id,
    key_of,
    profile_of,
    tenants_key_of,
)
from darkroom.aws.account_writes import absent, one_sub_account_less, present, set_profile, written
from darkroom.aws.api_keys import NewKey, is_api_key, key_writes, new_key
from darkroom.aws.attributes import from_item, to_attribute, to_item
from darkroom.aws.batch_read import read_items
from darkroom.aws.budgets import Budgets
from darkroom.aws.errors import translated
from darkroom.jobs.account import Account

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class InvalidTenantError(ValueError):
    """Not a tenant's id: 2 to 39 of a-z, 0-9 and the hyphen, which doesn't come first."""


class TenantExistsError(Exception):
    pass


class UnknownTenantError(Exception):
    """There is no such tenant, or it is removed."""


class UnknownKeyError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose key it is."""

    tenant: str
    key_id: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what he may do."""

    account: Account
    key_id: str


class AccountsTable:
    """All methods raise ThrottledError. All reads are strongly consistent: a new key can be used at once."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def find_key(self, api_key: str) -> Principal | None:
        """None for a key that is unknown, revoked or malformed: the caller learns no difference."""
        if not is_api_key(api_key):
            return None
        with translated():
            reply = self._client.get_item(
                TableName=self._table, Key=key_of(hash_of(api_key)), ConsistentRead=True
            )
        item = from_item(reply.get("Item", {}))
        if not item or "revoked_at" in item:
            return None
        return Principal(item["tenant"], item["key_id"], item.get("owner"))

    def find_caller(self, api_key: str) -> Caller | None:
        """Two reads. None as for `find_key`, and where the tenant or its owner is removed."""
        principal = self.find_key(api_key)
        if principal is None:
            return None
        tenant, owner = principal.tenant, principal.owner
        profiles = self._profiles(*filter(None, (tenant, owner)))
        account = account_of(tenant, profiles.get(tenant), profiles.get(owner or ""))
        return None if account is None else Caller(account, principal.key_id)

    def account(self, tenant: str) -> Account | None:
        """None for a tenant that is unknown or removed, as is a sub-account whose owner is."""
        if not is_tenant_id(tenant):
            return None
        profile = self._profiles(tenant).get(tenant)
        owner = profile.get("owner") if profile else None
        owners = self._profiles(owner).get(owner) if owner else None
        return account_of(tenant, profile, owners)

    def has_tenant(self, tenant: str) -> bool:
        """True for a removed one too: its id is taken. Raises InvalidTenantError."""
        _require_tenant_id(tenant)
        return tenant in self._profiles(tenant)

    def create_tenant(self, tenant: str, now: float) -> NewKey:
        """The tenant with its first key, both or neither. Raises InvalidTenantError, TenantExistsError."""
        _require_tenant_id(tenant)
        profile = {**profile_of(tenant), **to_item({"created_at": now})}
        key = new_key()
        writes = [absent(self._table, profile), *key_writes(self._table, tenant, None, key, "first", now)]
        if not written(self._client, writes):
            raise TenantExistsError(tenant)
        return key

    def create_key(self, tenant: str, name: str, now: float) -> NewKey:
        """`name` is for people. Raises UnknownTenantError."""
        account, key = self.account(tenant), new_key()
        if account is None:
            raise UnknownTenantError(tenant)
        new_items = key_writes(self._table, tenant, account.owner, key, name, now)
        if not written(self._client, [present(self._table, tenant), *new_items]):
            raise UnknownTenantError(tenant)
        return key

    def revoke_key(self, tenant: str, key_id: str, now: float) -> None:
        """Again is harmless. Raises UnknownKeyError."""
        with translated():
            reply = self._client.get_item(
                TableName=self._table, Key=tenants_key_of(tenant, key_id), ConsistentRead=True
            )
            if "Item" not in reply:
                raise UnknownKeyError(key_id)
            self._client.update_item(
                TableName=self._table,
                Key=key_of(from_item(reply["Item"])["hash"]),
                UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":now": to_attribute(now)},
            )

    def set_requests_per_minute(self, tenant: str, requests_per_minute: int | None) -> None:
        """None: no limit of its own. Raises UnknownTenantError."""
        self.change(tenant, {"requests_per_minute": requests_per_minute})

    def set_own_upstream_key(self, tenant: str, has_one: bool) -> None:
        """Raises UnknownTenantError."""
        self.change(tenant, {"own_upstream_key": has_one or None})

    def set_cap(self, tenant: str, cap_microusd: int | None) -> None:
        """None lifts it. The budget and the profile that names it change together.

        Raises UnknownTenantError. Authorizers follow within 60 s: they keep their answers for so long.
        """
        if not is_tenant_id(tenant):
            raise UnknownTenantError(tenant)
        profile = set_profile(self._table, tenant, capped_values(cap_microusd))
        if not Budgets(self._client, self._table).set_cap(tenant, cap_microusd, profile):
            raise UnknownTenantError(tenant)

    def remove_tenant(self, tenant: str, now: float) -> None:
        """Its and its sub-accounts' keys are refused within 60 s; data stay. Raises UnknownTenantError."""
        owner = self._profiles(tenant).get(tenant, {}).get("owner") if is_tenant_id(tenant) else None
        writes = [set_profile(self._table, tenant, {"removed_at": now})]
        writes += [one_sub_account_less(self._table, owner)] if owner else []
        if not (is_tenant_id(tenant) and written(self._client, writes)):
            raise UnknownTenantError(tenant)

    def change(self, tenant: str, values: Mapping[str, Any]) -> None:
        """The profile's attributes; None takes one away. Raises UnknownTenantError."""
        if not is_tenant_id(tenant):
            raise UnknownTenantError(tenant)
        if not written(self._client, [set_profile(self._table, tenant, values)]):
            raise UnknownTenantError(tenant)

    def _profiles(self, *tenants: str) -> dict[str, Profile]:
        keys = [profile_of(tenant) for tenant in tenants]
        found = map(from_item, read_items(self._client, self._table, keys, consistent=True))
        return {item["pk"].removeprefix("TENANT#"): item for item in found}


def _require_tenant_id(tenant: str) -> None:
    if not is_tenant_id(tenant):
        raise InvalidTenantError(tenant)
