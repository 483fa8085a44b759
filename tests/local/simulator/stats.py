"""What the simulator has seen and done, for tests to assert on."""

import time
from dataclasses import dataclass, field

Counts = dict[str, int]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def bump(counts: Counts, key: str, by: int = 1) -> None:
    counts[key] = counts.get(key, 0) + by


@dataclass
class Stats:
    """Counts since the last reset. Keys: a task's id, a prompt, a status, a Unix second, a fault's kind."""

    submits_received: int = 0
    submits_by_prompt: Counts = field(default_factory=dict)
    """Every well-formed submit, whatever became of it."""
    submits_refused: Counts = field(default_factory=dict)
    """By status, 429 among them; nothing was created."""
    rate_limited: int = 0
    """Answers 429 to submits, for whatever reason."""
    accepted: int = 0
    accepted_by_prompt: Counts = field(default_factory=dict)
    accepted_by_account: Counts = field(default_factory=dict)
    accepted_at_ms: Counts = field(default_factory=dict)
    accepts_per_second: Counts = field(default_factory=dict)
    starts_per_second: Counts = field(default_factory=dict)
    """Tasks that began processing."""
    in_flight: int = 0
    max_in_flight: int = 0
    waiting: int = 0
    ended_by_status: Counts = field(default_factory=dict)
    completed_at_ms: Counts = field(default_factory=dict)
    """When a task ended, however it ended."""
    result_gets: int = 0
    result_gets_by_task: Counts = field(default_factory=dict)
    list_calls: int = 0
    delete_calls: int = 0
    downloads: int = 0
    downloads_by_task: Counts = field(default_factory=dict)
    callbacks_attempted: int = 0
    callbacks_delivered: int = 0
    """Answered 2xx."""
    callbacks_by_task: Counts = field(default_factory=dict)
    charges: int = 0
    charges_by_prompt: Counts = field(default_factory=dict)
    charged_microusd_by_task: Counts = field(default_factory=dict)
    """Net of refunds."""
    charged_microusd: int = 0
    refunded_microusd: int = 0
    faults_applied: Counts = field(default_factory=dict)

    def task_started(self) -> None:
        bump(self.starts_per_second, str(now_ms() // 1000))
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def submit_refused(self, status: int) -> None:
        bump(self.submits_refused, str(status))
        self.rate_limited += status == 429
