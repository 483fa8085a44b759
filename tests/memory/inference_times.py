"""Inference times in memory. `is_down`, when set, refuses everything."""

from collections import Counter
from collections.abc import Mapping

from darkroom.jobs.inference_times import InferenceTimes
from darkroom.ports import ThrottledError


class MemoryInferenceTimes:
    def __init__(self) -> None:
        self.models: dict[str, InferenceTimes] = {}
        self.is_down = False
        self.reads = 0
        self.writes = 0

    def read(self, model_id: str) -> InferenceTimes:
        self.reads += 1
        self._require_up()
        return self.models.get(model_id, InferenceTimes())

    def add(self, model_id: str, counts: Mapping[int, int]) -> InferenceTimes:
        self.writes += 1
        self._require_up()
        standing = self.models.get(model_id, InferenceTimes())
        added = Counter(standing.counts) + Counter(counts)
        self.models[model_id] = InferenceTimes(added, standing.generation)
        return self.models[model_id]

    def fade(self, model_id: str, seen: InferenceTimes) -> None:
        self.writes += 1
        self._require_up()
        standing = self.models[model_id]
        if standing.generation == seen.generation:
            left = Counter(standing.counts)
            left.subtract(seen.fading())
            self.models[model_id] = InferenceTimes(left, seen.generation + 1)

    def _require_up(self) -> None:
        if self.is_down:
            raise ThrottledError("down")
