"""The values inside a job's state: attempt, outputs, failure. Pure.

Attributes are named after the fields they hold, but for those that stand in an item several times.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, StoredOutput

_SHORT = {
    "content_type": "type",
    "size_bytes": "bytes",
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


def output_values(output: StoredOutput, folder: str) -> dict[str, Any]:
    """`folder`: where the job's pictures are, without the slash; what follows it names one."""
    return _shortened(asdict(replace(output, key=output.key.removeprefix(folder))))


def output_from(values: dict[str, Any], folder: str) -> StoredOutput:
    output = StoredOutput(**_lengthened(values))
    return replace(output, key=folder + output.key) if output.key.startswith("/") else output


def seconds_from(value: float | None) -> float | None:
    """A time is a float again, also where it was a whole number of seconds."""
    return None if value is None else float(value)


def _shortened(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_SHORT.get(name, name): value for name, value in values.items()}


def _lengthened(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_LONG.get(name, name): value for name, value in values.items()}
