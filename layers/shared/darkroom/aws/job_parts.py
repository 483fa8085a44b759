"""The values inside a job's state: attempt, outputs, failure, delivery. Pure.

Attributes are named after the fields they hold, but for those that stand in an item several times.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from darkroom.jobs.delivery import Delivery, DeliveryAttempt, DeliveryStatus
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, StoredOutput

_SHORT = {
    "content_type": "type",
    "duration_ms": "ms",
    "response_hash": "hash",
    "size_bytes": "bytes",
    "status_code": "code",
}
_LONG = {short: long for long, short in _SHORT.items()}


def attempt_from(values: dict[str, Any] | None) -> Attempt | None:
    if values is None:
        return None
    times = {name: seconds_from(values.get(name)) for name in ("started_at", "permit_at")}
    return Attempt(**{**values, **times})


def failure_from(values: dict[str, Any] | None) -> JobFailure | None:
    if values is None:
        return None
    return JobFailure(ErrorCode(values["code"]), values["message"])


def output_values(output: StoredOutput) -> dict[str, Any]:
    return _shortened(asdict(output))


def output_from(values: dict[str, Any]) -> StoredOutput:
    return StoredOutput(**_lengthened(values))


def delivery_values(delivery: Delivery) -> dict[str, Any] | None:
    """None where there is no event to deliver (yet)."""
    if delivery == Delivery():
        return None
    return {
        "status": delivery.status,
        "made": delivery.made,
        "next_at": delivery.next_at,
        "attempts": [_shortened(asdict(attempt)) for attempt in delivery.attempts],
        "replays": list(delivery.replays) or None,
    }


def delivery_from(values: dict[str, Any] | None) -> Delivery:
    if values is None:
        return Delivery()
    return Delivery(
        status=DeliveryStatus(values["status"]),
        attempts=tuple(_delivery_attempt_from(attempt) for attempt in values.get("attempts", ())),
        made=values["made"],
        next_at=seconds_from(values.get("next_at")),
        replays=tuple(values.get("replays", ())),
    )


def seconds_from(value: float | None) -> float | None:
    """A time is a float again, also where it was a whole number of seconds."""
    return None if value is None else float(value)


def _delivery_attempt_from(values: dict[str, Any]) -> DeliveryAttempt:
    return DeliveryAttempt(**{**_lengthened(values), "at": float(values["at"])})


def _shortened(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_SHORT.get(name, name): value for name, value in values.items()}


def _lengthened(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_LONG.get(name, name): value for name, value in values.items()}
