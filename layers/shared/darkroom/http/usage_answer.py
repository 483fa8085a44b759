"""Usage and budget as `GET /v1/usage` answers them, in US dollars."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypedDict

from darkroom.http.usage_query import UsageQuery
from darkroom.jobs.money import MICROUSD, Budget
from darkroom.jobs.usage import GroupKey, Usage


class UsageCounts(TypedDict):
    jobs: int
    images: Annotated[int, "of completed jobs"]
    failed: int
    cancelled: int
    under_way: Annotated[int, "have not ended yet: nothing of the following counts them"]
    own_key_jobs: Annotated[int, "on the tenant's own upstream key: upstream charges him, we don't"]
    spent_usd: Annotated[float, "charged for certain"]
    unknown_billed: Annotated[int, "jobs of which nobody knows whether they were charged"]
    possible_usd: Annotated[float, "what those come to if they were"]
    unknown_prices: Annotated[int, "jobs that were or may have been charged at a price that nobody knows"]


class UsageGroup(UsageCounts, total=False):
    """With those of the three that were grouped by."""

    day: Annotated[str, "in UTC, of the job's creation, as YYYY-MM-DD"]
    model: str
    tag: Annotated[str | None, "null: the jobs without one"]


class BudgetAnswer(TypedDict):
    cap_usd: float
    spent_usd: Annotated[float, "under this cap, ambiguous charges among them"]
    reserved_usd: Annotated[float, "for jobs under way"]
    left_usd: Annotated[float, "below zero where a charge was found late, or the cap was lowered"]


UsageAnswer = TypedDict(
    "UsageAnswer",
    {
        "object": Literal["usage"],
        "from": Annotated[str, "the first day, in UTC"],
        "to": Annotated[str, "the last day, in UTC"],
        "group_by": list[str],
        "data": list[UsageGroup],
        "totals": UsageCounts,
        "budget": Annotated[BudgetAnswer | None, "as it stands now; null without a spend cap"],
    },
)


def usage_answer(query: UsageQuery, groups: Mapping[GroupKey, Usage], budget: Budget | None) -> UsageAnswer:
    totals = Usage()
    for usage in groups.values():
        totals.add(usage)
    return {
        "object": "usage",
        "from": query.first.isoformat(),
        "to": query.last.isoformat(),
        "group_by": list(query.group_by),
        "data": [_group(query.group_by, key, usage) for key, usage in groups.items()],
        "totals": _counts(totals),
        "budget": budget_answer(budget) if budget else None,
    }


def budget_answer(budget: Budget) -> BudgetAnswer:
    return {
        "cap_usd": budget.cap / MICROUSD,
        "spent_usd": budget.spent / MICROUSD,
        "reserved_usd": budget.reserved / MICROUSD,
        "left_usd": budget.left / MICROUSD,
    }


def _group(group_by: tuple[str, ...], key: GroupKey, usage: Usage) -> UsageGroup:
    named = dict(zip(group_by, key, strict=True))
    return {**named, **_counts(usage)}  # type: ignore[typeddict-item]  # the names are those of GROUPINGS


def _counts(usage: Usage) -> UsageCounts:
    return {
        "jobs": usage.jobs,
        "images": usage.images,
        "failed": usage.failed,
        "cancelled": usage.cancelled,
        "under_way": usage.under_way,
        "own_key_jobs": usage.own_key_jobs,
        "spent_usd": usage.spent_microusd / MICROUSD,
        "unknown_billed": usage.unknown_billed,
        "possible_usd": usage.possible_microusd / MICROUSD,
        "unknown_prices": usage.unknown_prices,
    }
