"""An API key's account: its balance, its rate window, its tasks in flight and those that wait."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from local.simulator.stats import Stats, bump
from local.simulator.task import Task

WINDOW_SECONDS = 60.0


@dataclass
class RateWindow:
    """Counts accepted images over the last minute, or over the current full minute."""

    accepted: deque[float] = field(default_factory=deque)

    def admits(self, now_seconds: float, limit: int, mode: Literal["sliding", "fixed"]) -> bool:
        """Does not count the image; that is `count`'s part."""
        start = now_seconds - (WINDOW_SECONDS if mode == "sliding" else now_seconds % WINDOW_SECONDS)
        while self.accepted and self.accepted[0] < start:
            self.accepted.popleft()
        return len(self.accepted) < limit

    def count(self, now_seconds: float) -> None:
        self.accepted.append(now_seconds)


@dataclass
class Account:
    key: str
    webhook_secret: str
    balance_microusd: int
    window: RateWindow = field(default_factory=RateWindow)
    in_flight: int = 0
    waiting: deque[Task] = field(default_factory=deque)

    @property
    def label(self) -> str:
        """Tells accounts apart in the statistics without showing a whole key."""
        return "…" + self.key[-4:]

    def charge(self, task: Task, microusd: int, stats: Stats) -> None:
        self.balance_microusd -= microusd
        task.charged_microusd += microusd
        stats.charges += 1
        stats.charged_microusd += microusd
        bump(stats.charges_by_prompt, task.prompt)
        bump(stats.charged_microusd_by_task, task.id, microusd)

    def refund(self, task: Task, share: float, stats: Stats) -> None:
        """Gives back a share of what the task has cost."""
        microusd = round(task.charged_microusd * share)
        self.balance_microusd += microusd
        task.charged_microusd -= microusd
        stats.refunded_microusd += microusd
        bump(stats.charged_microusd_by_task, task.id, -microusd)
