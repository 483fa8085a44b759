"""The tasks of an upstream account, as upstream has them and as it shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.upstream import Prediction, Progress, UpstreamUnavailableError
from simulation.boundary import Effects
from simulation.scheduler import START

_FAILURE = JobFailure(ErrorCode.UPSTREAM_FAILED, "The upstream service failed to generate the image.")


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


class UpstreamTasks:
    def __init__(self, effects: Effects, random: Random) -> None:
        self.tasks: dict[str, UpstreamTask] = {}
        self._effects = effects
        self._random = random

    @property
    def _now(self) -> float:
        return self._effects.scheduler.now

    def result(self, prediction_id: str) -> Prediction | None:
        self._require_readable()
        task = self.tasks.get(prediction_id)
        if task is None or self._now < task.seen_at or task.deleted_at is not None:
            return None
        return self._prediction(task)

    def recent(self, model: str, created_after: float, created_before: float) -> Sequence[Prediction]:
        self._require_readable()
        found = [
            task
            for task in self.tasks.values()
            if task.model == model
            and created_after <= task.created_at <= created_before
            and task.listed_at <= self._now
            and task.deleted_at is None
        ]
        return [self._prediction(task) for task in found]

    def delete(self, prediction_id: str) -> None:
        if self._out_of_reach() or self._effects.faults.happens("delete fails"):
            raise UpstreamUnavailableError("the delete failed")
        task = self.tasks.get(prediction_id)
        if task is not None and task.deleted_at is None:
            task.deleted_at = self._now

    def _prediction(self, task: UpstreamTask) -> Prediction:
        inputs = {} if self._effects.faults.happens("list without inputs") else task.inputs
        running = Prediction(
            task.id,
            Progress.RUNNING,
            "processing",
            model=task.model,
            created_at=task.created_at,
            input=inputs,
        )
        if task.running(self._now):
            if self._effects.faults.happens("odd words"):
                return replace(running, status_word="dreaming", known_word=False)
            return running
        milliseconds = round(1000 * (task.ends_at - task.created_at))
        if task.fails:
            return replace(running, progress=Progress.FAILED, status_word="failed", failure=_FAILURE)
        return replace(
            running,
            progress=Progress.COMPLETED,
            status_word="completed",
            outputs=() if self._effects.faults.happens("no output") else (task.output,),
            inference_ms=None if self._effects.faults.happens("no figures") else milliseconds,
        )

    def _require_readable(self) -> None:
        if self._out_of_reach() or self._effects.faults.happens("reads fail"):
            asked = self._random.choice([None, None, 30.0])
            raise UpstreamUnavailableError("HTTP 503", asked)

    def _out_of_reach(self) -> bool:
        faults = self._effects.faults
        return faults.is_out("upstream", self._now - START) or faults.happens("upstream is out of reach")
