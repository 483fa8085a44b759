"""An upstream that a test scripts: outcomes for submits, and the predictions it holds."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from darkroom.jobs.failure import JobFailure
from darkroom.jobs.upstream import Created, Prediction, Progress, SubmitOutcome, UpstreamUnavailableError
from memory.clock import FakeClock


@dataclass(frozen=True, slots=True)
class Submit:
    """One paid POST as it was made."""

    model: str
    inputs: Mapping[str, Any]
    webhook_url: str | None
    outcome: SubmitOutcome


class FakeUpstream:
    """Unscripted, every submit creates `pred-1`, `pred-2`, … that run until the test finishes them.

    `predictions` is what upstream holds and may be set freely; `unavailable`, when set, is raised by
    every read and delete.
    """

    def __init__(self, clock: FakeClock | None = None) -> None:
        self._clock = clock or FakeClock()
        self._script: deque[SubmitOutcome] = deque()
        self._created = 0
        self.submits: list[Submit] = []
        self.looks: list[str] = []
        self.deleted: list[str] = []
        self.predictions: dict[str, Prediction] = {}
        self.unavailable: UpstreamUnavailableError | None = None

    def script_submit(self, *outcomes: SubmitOutcome) -> None:
        """The next submits end so, in this order; after them again as unscripted."""
        self._script.extend(outcomes)

    def submit(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> SubmitOutcome:
        outcome = self._script.popleft() if self._script else self._next_created()
        self.submits.append(Submit(model, dict(inputs), webhook_url, outcome))
        if isinstance(outcome, Created):
            self.hold(outcome.prediction_id, model, inputs)
        return outcome

    def hold(self, prediction_id: str, model: str, inputs: Mapping[str, Any]) -> Prediction:
        """A running task, also one that no reply has told of."""
        prediction = Prediction(
            prediction_id,
            Progress.RUNNING,
            "processing",
            model=model,
            created_at=self._clock(),
            input=dict(inputs),
        )
        return self.predictions.setdefault(prediction_id, prediction)

    def finish(self, prediction_id: str, *outputs: str, nsfw: tuple[bool, ...] = ()) -> None:
        started_at = self.predictions[prediction_id].created_at or self._clock()
        self._change(
            prediction_id,
            progress=Progress.COMPLETED,
            status_word="completed",
            outputs=outputs,
            nsfw=nsfw,
            inference_ms=round((self._clock() - started_at) * 1_000),
        )

    def fail(self, prediction_id: str, failure: JobFailure) -> None:
        self._change(prediction_id, progress=Progress.FAILED, status_word="failed", failure=failure)

    def result(self, prediction_id: str) -> Prediction | None:
        self.looks.append(prediction_id)
        self._require_available()
        return self.predictions.get(prediction_id)

    def recent(self, model: str, created_after: float, created_before: float) -> Sequence[Prediction]:
        self._require_available()
        return [
            prediction
            for prediction in self.predictions.values()
            if prediction.model == model
            and (prediction.created_at is None or created_after <= prediction.created_at <= created_before)
        ]

    def delete(self, prediction_id: str) -> None:
        self._require_available()
        self.deleted.append(prediction_id)

    def _next_created(self) -> Created:
        self._created += 1
        return Created(f"pred-{self._created}")

    def _change(self, prediction_id: str, **changes: Any) -> None:
        self.predictions[prediction_id] = replace(self.predictions[prediction_id], **changes)

    def _require_available(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable
