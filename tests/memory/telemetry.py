"""Telemetry that remembers, so that a test can ask what was counted."""

from collections import Counter


class MemoryTelemetry:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.events: list[tuple[str, dict[str, object]]] = []

    def info(self, message: str, **fields: object) -> None:
        self.events.append((message, fields))

    def count(self, metric: str, **fields: object) -> None:
        self.counts[metric] += 1
        self.events.append((metric, fields))
