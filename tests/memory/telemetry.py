"""Telemetry that remembers, so that a test can ask what was counted."""

from collections import Counter
from collections.abc import Mapping


class MemoryTelemetry:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.events: list[tuple[str, dict[str, object]]] = []
        self.gauges: dict[str, float] = {}

    def info(self, message: str, **fields: object) -> None:
        self.events.append((message, fields))

    def count(self, metric: str, **fields: object) -> None:
        self.counts[metric] += 1
        self.events.append((metric, fields))

    def gauge(self, values: Mapping[str, float], **fields: object) -> None:
        self.gauges.update(values)
