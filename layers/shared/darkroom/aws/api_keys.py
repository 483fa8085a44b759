"""API keys: how one is made, and the items that lead from it to its tenant. The key itself is not stored."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from darkroom.aws.account_items import hash_of, key_of, tenants_key_of
from darkroom.aws.account_writes import absent
from darkroom.aws.attributes import to_item
from darkroom.aws.transactions import Write

_API_KEY = re.compile(r"dr_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """`api_key` is shown this once and can't be had again."""

    key_id: str
    api_key: str


def new_key() -> NewKey:
    return NewKey("key_" + secrets.token_hex(8), "dr_" + secrets.token_urlsafe(32))


def is_api_key(text: str) -> bool:
    """Whether it has the form of one."""
    return _API_KEY.fullmatch(text) is not None


def key_writes(
    table: str, tenant: str, owner: str | None, key: NewKey, name: str, now: float
) -> Sequence[Write]:
    """The key's own item, and the one by which its tenant finds it."""
    key_hash = hash_of(key.api_key)
    values = {"tenant": tenant, "owner": owner, "key_id": key.key_id, "name": name, "created_at": now}
    return (
        absent(table, {**key_of(key_hash), **to_item(values)}),
        absent(table, {**tenants_key_of(tenant, key.key_id), **to_item({"hash": key_hash})}),
    )
