"""AccountsTable: the tenants and their API keys. Of a key only its hash is stored.

pk = KEY#{SHA-256 of the key}   sk = key             tenant, key_id, name, created_at, revoked_at
pk = TENANT#{tenant}            sk = profile         created_at
pk = TENANT#{tenant}            sk = key#{key_id}    the key's hash: finds a tenant's keys by their ids
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, from_item, to_attribute, to_item
from darkroom.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_API_KEY = re.compile(r"dr_[A-Za-z0-9_-]{43}", re.ASCII)
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{1,38}", re.ASCII)


class InvalidTenantError(ValueError):
    """Not a tenant's id: 2 to 39 of a-z, 0-9 and the hyphen, which doesn't come first."""


class TenantExistsError(Exception):
    pass


class UnknownTenantError(Exception):
    pass


class UnknownKeyError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls."""

    tenant: str
    key_id: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """`api_key` is shown this once and can't be had again."""

    key_id: str
    api_key: str


class AccountsTable:
    """All methods raise ThrottledError."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def find_key(self, api_key: str) -> Principal | None:
        """None for a key that is unknown, revoked or malformed: the caller learns no difference."""
        if _API_KEY.fullmatch(api_key) is None:
            return None
        with translated():
            reply = self._client.get_item(TableName=self._table, Key=_key_of(_hash(api_key)))
        item = from_item(reply.get("Item", {}))
        if not item or "revoked_at" in item:
            return None
        return Principal(item["tenant"], item["key_id"])

    def has_tenant(self, tenant: str) -> bool:
        """Raises InvalidTenantError."""
        _require_tenant_id(tenant)
        with translated():
            reply = self._client.get_item(TableName=self._table, Key=_profile_of(tenant), ConsistentRead=True)
        return "Item" in reply

    def create_tenant(self, tenant: str, now: float) -> NewKey:
        """The tenant with its first key, both or neither. Raises InvalidTenantError, TenantExistsError."""
        _require_tenant_id(tenant)
        profile = {**_profile_of(tenant), **to_item({"created_at": now})}
        key = _new_key()
        if not self._written([self._new(profile), *self._new_items(tenant, key, "first", now)]):
            raise TenantExistsError(tenant)
        return key

    def create_key(self, tenant: str, name: str, now: float) -> NewKey:
        """`name` is for people. Raises UnknownTenantError."""
        key = _new_key()
        if not self._written([self._exists(_profile_of(tenant)), *self._new_items(tenant, key, name, now)]):
            raise UnknownTenantError(tenant)
        return key

    def revoke_key(self, tenant: str, key_id: str, now: float) -> None:
        """Again is harmless. Raises UnknownKeyError."""
        with translated():
            reply = self._client.get_item(
                TableName=self._table, Key=_tenants_key_of(tenant, key_id), ConsistentRead=True
            )
            if "Item" not in reply:
                raise UnknownKeyError(key_id)
            self._client.update_item(
                TableName=self._table,
                Key=_key_of(from_item(reply["Item"])["hash"]),
                UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":now": to_attribute(now)},
            )

    def _new_items(self, tenant: str, key: NewKey, name: str, now: float) -> list[dict[str, Any]]:
        key_hash = _hash(key.api_key)
        values = {"tenant": tenant, "key_id": key.key_id, "name": name, "created_at": now}
        return [
            self._new({**_key_of(key_hash), **to_item(values)}),
            self._new({**_tenants_key_of(tenant, key.key_id), **to_item({"hash": key_hash})}),
        ]

    def _new(self, item: Item) -> dict[str, Any]:
        condition = {"ConditionExpression": "attribute_not_exists(pk)"}
        return {"Put": {"TableName": self._table, "Item": item, **condition}}

    def _exists(self, key: Item) -> dict[str, Any]:
        condition = {"ConditionExpression": "attribute_exists(pk)"}
        return {"ConditionCheck": {"TableName": self._table, "Key": key, **condition}}

    def _written(self, writes: list[Any]) -> bool:
        """All or nothing; False where the first one's condition failed."""
        try:
            with translated():
                self._client.transact_write_items(TransactItems=writes)
        except self._client.exceptions.TransactionCanceledException as error:
            if error.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                return False
            raise
        return True


def _require_tenant_id(tenant: str) -> None:
    if _TENANT.fullmatch(tenant) is None:
        raise InvalidTenantError(tenant)


def _new_key() -> NewKey:
    return NewKey("key_" + secrets.token_hex(8), "dr_" + secrets.token_urlsafe(32))


def _hash(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()


def _key_of(key_hash: str) -> Item:
    return to_item({"pk": f"KEY#{key_hash}", "sk": "key"})


def _profile_of(tenant: str) -> Item:
    return to_item({"pk": f"TENANT#{tenant}", "sk": "profile"})


def _tenants_key_of(tenant: str, key_id: str) -> Item:
    return to_item({"pk": f"TENANT#{tenant}", "sk": f"key#{key_id}"})
