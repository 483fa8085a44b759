"""A task at upstream, with what only upstream knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, eq=False)
class UpstreamTask:
    """`attempt_id`: whose POST made it. `second`: it made one before, of the same POST.
    `seen_at`, `listed_at`: when reads begin to know it, and the list."""

    id: str
    account: str
    attempt_id: str
    second: bool
    model: str
    inputs: Mapping[str, Any]
    created_at: float
    ends_at: float
    seen_at: float
    listed_at: float
    fails: bool
    deleted_at: float | None = None

    @property
    def output(self) -> str:
        return f"https://output.test/{self.id}/0.png"

    def running(self, now: float) -> bool:
        return now < (self.ends_at if self.deleted_at is None else min(self.ends_at, self.deleted_at))
