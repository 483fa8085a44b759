"""Sub-accounts as `/v1/sub-accounts` answers them, in cents as AIgateway does."""

from typing import Annotated, Literal, TypedDict

from darkroom.jobs.money import MICROUSD_A_CENT
from darkroom.jobs.sub_account import SubAccount, SubAccountsPage
from darkroom.usecases.sub_accounts import Made


class SubAccountAnswer(TypedDict):
    id: Annotated[str, "`sub-…`: a tenant's id, which its own callers never need"]
    object: Literal["sub_account"]
    name: str
    spend_cap_cents: Annotated[float | None, "US cents; null: no cap of its own"]
    spent_cents: Annotated[float | None, "charged under the cap so far; null without a cap"]
    reserved_cents: Annotated[float | None, "for jobs that have not ended; null without a cap"]
    rate_limit_rpm: Annotated[int | None, "requests a minute that make jobs; null: no limit of its own"]
    created_at: Annotated[int, "Unix seconds"]


class NewSubAccountAnswer(SubAccountAnswer):
    key: Annotated[str, "its API key: shown this once"]
    scoped_key: Annotated[str, "the same key"]


class SubAccountList(TypedDict):
    object: Literal["list"]
    data: Annotated[list[SubAccountAnswer], "newest first"]
    has_more: bool
    cursor: Annotated[str | None, "the query parameter for the next page; null on the last one"]


class Removed(TypedDict):
    status: Literal["ok"]


def sub_account_answer(sub_account: SubAccount) -> SubAccountAnswer:
    budget = sub_account.budget
    return {
        "id": sub_account.tenant,
        "object": "sub_account",
        "name": sub_account.name,
        "spend_cap_cents": _cents(budget.cap) if budget else None,
        "spent_cents": _cents(budget.spent) if budget else None,
        "reserved_cents": _cents(budget.reserved) if budget else None,
        "rate_limit_rpm": sub_account.requests_per_minute,
        "created_at": int(sub_account.created_at),
    }


def new_sub_account_answer(made: Made) -> NewSubAccountAnswer:
    return {**sub_account_answer(made.sub_account), "key": made.api_key, "scoped_key": made.api_key}


def sub_account_list(page: SubAccountsPage) -> SubAccountList:
    data = [sub_account_answer(each) for each in page.sub_accounts]
    return {"object": "list", "data": data, "has_more": page.cursor is not None, "cursor": page.cursor}


def _cents(microusd: int) -> float:
    """Whole cents as a whole number."""
    cents, rest = divmod(microusd, MICROUSD_A_CENT)
    return microusd / MICROUSD_A_CENT if rest else cents
