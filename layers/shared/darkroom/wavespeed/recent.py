"""Walks through upstream's list of predictions (contract page, "List"): all of it, or none."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from darkroom.jobs.upstream import Prediction, UpstreamUnavailableError
from darkroom.wavespeed.prediction import read_prediction

_PAGE_SIZE = 100
_MAX_PAGES = 60  # at 3,000 images a minute (gold), two minutes' worth


def read_recent(
    page: Callable[[Mapping[str, Any]], object], model: str, created_after: float, created_before: float
) -> Sequence[Prediction]:
    """`page` gives a query's `items`. Raises UpstreamUnavailableError where the list can't be read whole:
    among the unread ones there might be a second task that fits."""
    found: dict[str, Prediction] = {}
    for number in range(1, _MAX_PAGES + 1):
        items = page(
            {
                "page": number,
                "page_size": _PAGE_SIZE,
                "model": model,
                "created_after": _rfc3339(created_after),
                "created_before": _rfc3339(created_before),
            }
        )
        for prediction in _predictions(items):
            found[prediction.id] = prediction
        if isinstance(items, list) and len(items) < _PAGE_SIZE:
            return [one for one in found.values() if _wanted(one, model, created_after, created_before)]
    raise UpstreamUnavailableError("the list of predictions is too long")


def _predictions(items: object) -> list[Prediction]:
    if not isinstance(items, list):
        raise UpstreamUnavailableError("no list of predictions in the answer")
    read = [read_prediction(item) for item in items]
    predictions = [prediction for prediction in read if prediction is not None]
    if len(predictions) < len(read):
        raise UpstreamUnavailableError("a prediction in the list can't be read")
    return predictions


def _wanted(prediction: Prediction, model: str, created_after: float, created_before: float) -> bool:
    """Upstream might not know the filters; what it leaves unsaid stays in."""
    if prediction.model not in ("", model):
        return False
    return prediction.created_at is None or created_after <= prediction.created_at <= created_before


def _rfc3339(unix_seconds: float) -> str:
    """Milliseconds and Z, as upstream's own clients write it: its list takes nothing else."""
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
