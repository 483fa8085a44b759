"""The steps of a simulation as text, the same for the same seed."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from darkroom.jobs.gate import Admission, Gate, Released
from darkroom.jobs.job import Job
from darkroom.ports import JobMessage, Tick
from simulation.scheduler import START


def lines(rows: Iterable[Sequence[Any]]) -> list[str]:
    return [_line(row) for row in rows]


def digest(rows: Iterable[Sequence[Any]]) -> str:
    """Of the whole trace: two runs were the same if theirs is."""
    text = hashlib.sha256()
    for row in rows:
        text.update(_line(row).encode() + b"\n")
    return text.hexdigest()


def _line(row: Sequence[Any]) -> str:
    at, who, *what = row
    return f"{at - START:12.4f}  {who:12} " + " ".join(_shown(each) for each in what)


def _shown(value: Any) -> str:
    match value:
        case Job():
            return _job(value)
        case JobMessage(_, job_id, tries, chain):
            return f"<{job_id[-5:]} tries {tries} chain {chain}>"
        case Tick(account, beat):
            return f"<tick {beat} of {account}>"
        case Exception():
            return f"{type(value).__name__}({value})"
        case Gate(window, line):
            return f"<gate {dict(window.starts)} {dict(window.running)} {line}>"
        case Admission() | Released() | str() | None | bool() | int():
            return str(value)
        case float():
            return f"{value:.4f}" if value < START / 2 else f"@{value - START:.4f}"
        case list() | tuple():
            return "[" + ", ".join(_shown(each) for each in value) + "]"
    return type(value).__name__


def _job(job: Job) -> str:
    marks = [
        "waiting" if job.waiting else "",
        f"permit @{job.slot_taken_at - START:.2f}" if job.slot_taken_at else "",
        f"in doubt ({job.attempt.ambiguous})" if job.attempt and job.attempt.ambiguous else "",
        job.prediction_id or "",
        f"billed {job.billed}" if job.status.terminal else "",
        f"webhook {job.delivery.status} {job.delivery.made}" if job.delivery.attempts else "",
    ]
    return f"{{{job.id[-5:]} {job.status} {' '.join(filter(None, marks))} {job.revision}}}"
