"""Sub-accounts in AccountsTable: a profile that names its owner, an item that the owner lists it by, a key,
and a budget for those with a cap, all made in one transaction.

Reads are strongly consistent: what was just made is listed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.account_items import Profile, capped_values, is_tenant_id, listing_of, profile_of
from darkroom.aws.account_writes import (
    absent,
    first_refused,
    one_sub_account_less,
    one_sub_account_more,
    set_profile,
    written,
)
from darkroom.aws.accounts_table import AccountsTable, UnknownTenantError
from darkroom.aws.api_keys import key_writes, new_key
from darkroom.aws.attributes import from_item, to_attribute, to_item
from darkroom.aws.batch_read import read_items
from darkroom.aws.budgets import Budgets, budget_key, new_budget, stored_budget
from darkroom.aws.errors import translated
from darkroom.aws.jobs_cursor import read_cursor, write_cursor
from darkroom.jobs.money import Budget
from darkroom.jobs.sub_account import (
    MAX_SUB_ACCOUNTS,
    SubAccount,
    SubAccountsPage,
    SubAccountTerms,
    TooManySubAccountsError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LISTING = "sub#"
_KEY_NAME = "sub-account"


class DynamoSubAccounts:
    """All methods raise ThrottledError. Another owner's sub-account is none, and neither is a removed one."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def add(self, owner: str, tenant: str, terms: SubAccountTerms, now: float) -> str | None:
        """With its budget and its first API key, which is returned; None where the id is taken.

        Raises TooManySubAccountsError.
        """
        key = new_key()
        writes = [
            absent(self._table, {**profile_of(tenant), **to_item(_profile(owner, terms, now))}),
            one_sub_account_more(self._table, owner, MAX_SUB_ACCOUNTS),
            absent(self._table, listing_of(owner, tenant, now)),
            *key_writes(self._table, tenant, owner, key, _KEY_NAME, now),
        ]
        if terms.cap_microusd is not None:
            writes.append(new_budget(self._table, tenant, terms.cap_microusd))
        refused = first_refused(self._client, writes, may_fail=2)
        if refused is None:
            return key.api_key
        if refused == 1 and self.fingerprint(owner, tenant) is None:
            raise TooManySubAccountsError(owner)
        return None

    def add_key(self, tenant: str, now: float) -> str | None:
        """One more API key; None where there is no such tenant (any more)."""
        try:
            return AccountsTable(self._client, self._table).create_key(tenant, _KEY_NAME, now).api_key
        except UnknownTenantError:
            return None

    def get(self, owner: str, tenant: str) -> SubAccount | None:
        found = self._read([tenant]) if is_tenant_id(tenant) else []
        return next((each for each in found if each.owner == owner), None)

    def fingerprint(self, owner: str, tenant: str) -> str | None:
        """Of the terms that it was made with, also where it is removed."""
        items = read_items(self._client, self._table, [profile_of(tenant)], consistent=True)
        profile = from_item(items[0]) if items else {}
        return profile.get("fingerprint") if profile.get("owner") == owner else None

    def list(self, owner: str, limit: int, cursor: str | None) -> SubAccountsPage:
        """Newest first. Raises ValueError for a cursor that this owner was not given."""
        places = self._places(owner, limit + 1, read_cursor(owner, cursor) if cursor is not None else None)
        more = write_cursor(owner, places[limit - 1]) if len(places) > limit else None
        tenants = [place.split("#", 1)[1] for place in places[:limit]]
        return SubAccountsPage(tuple(self._read(tenants)), more)

    def change(self, owner: str, tenant: str, values: Mapping[str, Any]) -> bool:
        """Of its terms' fields, None takes one away. False where there is no such sub-account.

        The budget and the profile that names it change together.
        """
        profile = {name: value for name, value in values.items() if name != "cap_microusd"}
        if "cap_microusd" not in values:
            return written(self._client, [set_profile(self._table, tenant, profile, owner)])
        cap = values["cap_microusd"]
        write = set_profile(self._table, tenant, {**profile, **capped_values(cap)}, owner)
        return Budgets(self._client, self._table).set_cap(tenant, cap, write)

    def remove(self, owner: str, tenant: str, now: float) -> bool:
        """Its keys are refused within 60 s, its jobs go on to their end. False where there is none."""
        found = self.get(owner, tenant)
        if found is None:
            return False
        listing = listing_of(owner, tenant, found.created_at)
        gone = set_profile(self._table, tenant, {"removed_at": now}, owner)
        unlisted = {"Delete": {"TableName": self._table, "Key": listing}}
        return written(self._client, [gone, unlisted, one_sub_account_less(self._table, owner)])

    def _places(self, owner: str, limit: int, after: str | None) -> Sequence[str]:
        """`{milliseconds}#{sub-account}`, newest first."""
        start: dict[str, Any] = {"ExclusiveStartKey": _place(owner, after)} if after else {}
        with translated():
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :listing)",
                ExpressionAttributeValues={
                    ":pk": profile_of(owner)["pk"],
                    ":listing": to_attribute(_LISTING),
                },
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=limit,
                **start,
            )
        return [item["sk"]["S"].removeprefix(_LISTING) for item in reply["Items"]]

    def _read(self, tenants: Sequence[str]) -> Sequence[SubAccount]:
        """In their order, without those that are removed."""
        keys = [key for name in tenants for key in (profile_of(name), budget_key(name))]
        items = {
            (item["pk"]["S"], item["sk"]["S"]): item
            for item in read_items(self._client, self._table, keys, consistent=True)
        }
        found = [(name, from_item(items.get((f"TENANT#{name}", "profile"), {}))) for name in tenants]
        return [
            _sub_account(name, profile, stored_budget(items.get((f"TENANT#{name}", "budget"), {})))
            for name, profile in found
            if profile and "removed_at" not in profile
        ]


def _profile(owner: str, terms: SubAccountTerms, now: float) -> dict[str, Any]:
    return {
        "owner": owner,
        "name": terms.name,
        "requests_per_minute": terms.requests_per_minute,
        **capped_values(terms.cap_microusd),
        "created_at": now,
        "fingerprint": terms.fingerprint,
    }


def _sub_account(tenant: str, profile: Profile, budget: Budget | None) -> SubAccount:
    return SubAccount(
        tenant=tenant,
        owner=profile.get("owner", ""),
        name=profile.get("name", ""),
        created_at=profile["created_at"],
        requests_per_minute=profile.get("requests_per_minute"),
        budget=budget,
    )


def _place(owner: str, after: str) -> dict[str, Any]:
    return {"pk": profile_of(owner)["pk"], "sk": to_attribute(_LISTING + after)}
