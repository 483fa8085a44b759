"""What jobs came to: counts and micro-dollars, added up from the jobs themselves. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from darkroom.jobs.job import Billed, Job, JobStatus

GROUPINGS = ("day", "model", "tag")

GroupKey = tuple[str | None, ...]
"""A value for each grouping, in the order they were asked for."""


@dataclass(slots=True)
class Usage:
    """Money is of ended jobs on the stack's upstream key alone; a price that nobody knows is counted, and
    never added as zero."""

    jobs: int = 0
    images: int = 0
    failed: int = 0
    cancelled: int = 0
    under_way: int = 0
    own_key_jobs: int = 0
    spent_microusd: int = 0
    unknown_billed: int = 0
    possible_microusd: int = 0
    unknown_prices: int = 0

    def count(self, job: Job) -> None:
        self.jobs += 1
        self.images += len(job.outputs) if job.status is JobStatus.COMPLETED else 0
        self.failed += job.status is JobStatus.FAILED
        self.cancelled += job.status is JobStatus.CANCELLED
        self.under_way += not job.status.terminal
        if job.terms.own_upstream_key:
            self.own_key_jobs += 1
        elif job.status.terminal and job.billed is not Billed.NO:
            self._count_charge(job)

    def add(self, other: "Usage") -> None:
        for name in Usage.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def _count_charge(self, job: Job) -> None:
        price = job.price_microusd
        self.unknown_prices += price is None
        if job.billed is Billed.UNKNOWN:
            self.unknown_billed += 1
            self.possible_microusd += price or 0
        else:
            self.spent_microusd += price or 0


def grouped(jobs: Iterable[Job], group_by: tuple[str, ...]) -> dict[GroupKey, Usage]:
    groups: dict[GroupKey, Usage] = {}
    for job in jobs:
        groups.setdefault(tuple(_value(job, name) for name in group_by), Usage()).count(job)
    return groups


def merged(parts: Iterable[Mapping[GroupKey, Usage]]) -> dict[GroupKey, Usage]:
    """Sorted by their keys, without a tag before any tag."""
    groups: dict[GroupKey, Usage] = {}
    for part in parts:
        for key, usage in part.items():
            groups.setdefault(key, Usage()).add(usage)
    return dict(sorted(groups.items(), key=lambda group: tuple(value or "" for value in group[0])))


def _value(job: Job, name: str) -> str | None:
    match name:
        case "day":
            return datetime.fromtimestamp(int(job.created_at * 1000) // 1000, UTC).date().isoformat()
        case "model":
            return job.request.model
        case "tag":
            return job.request.tag
    raise ValueError(f"{name} is no grouping")
