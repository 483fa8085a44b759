"""Reads a prediction as upstream shows it (contract page, "Result"). Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from darkroom.jobs.upstream import Prediction, Progress
from darkroom.wavespeed.document import Document, error_code, error_text, usable_id
from darkroom.wavespeed.failures import task_failure

_PROGRESS = {
    "created": Progress.RUNNING,
    "processing": Progress.RUNNING,
    "completed": Progress.COMPLETED,
    "failed": Progress.FAILED,
    "cancelled": Progress.FAILED,
    "timeout": Progress.FAILED,
    "deleted": Progress.FAILED,
}
_LONGEST_WORD = 64
_LONGEST_INFERENCE_MS = 7 * 24 * 3_600_000  # predictions are kept for 7 days


def read_prediction(data: object) -> Prediction | None:
    """None where it lacks what makes it a prediction: an id and a status word."""
    if not isinstance(data, dict):
        return None
    prediction_id, word = usable_id(data.get("id")), data.get("status")
    if prediction_id is None or not isinstance(word, str) or not word:
        return None
    progress = _PROGRESS.get(word, Progress.RUNNING)
    failed = progress is Progress.FAILED
    outputs = _outputs(data.get("outputs"))
    return Prediction(
        id=prediction_id,
        progress=progress,
        status_word=word[:_LONGEST_WORD],
        known_word=word in _PROGRESS,
        model=_text(data.get("model")),
        outputs=outputs,
        nsfw=_nsfw(data.get("has_nsfw_contents"), len(outputs)),
        failure=task_failure(word, error_code(data), error_text(data)) if failed else None,
        inference_ms=_inference_ms(data.get("timings")),
        created_at=_unix_seconds(data.get("created_at")),
        input=_echoed_input(data),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _outputs(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _nsfw(value: object, count: int) -> tuple[bool, ...]:
    """Seen as null. Only a list that fits the outputs one to one says anything."""
    if not isinstance(value, list) or len(value) != count:
        return ()
    return tuple(value) if all(isinstance(item, bool) for item in value) else ()


def _inference_ms(timings: object) -> int | None:
    value = timings.get("inference") if isinstance(timings, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return round(value) if 0 <= value <= _LONGEST_INFERENCE_MS else None  # false for nan, too


def _unix_seconds(value: object) -> float | None:
    """RFC 3339 with nanoseconds; a time without its offset is no time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _echoed_input(data: Document) -> Mapping[str, Any]:
    """The callback says `input`; upstream's own command line reads `inputs` too."""
    for name in ("input", "inputs"):
        value = data.get(name)
        if isinstance(value, dict):
            return value
    return {}
