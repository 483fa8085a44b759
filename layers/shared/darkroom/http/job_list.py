"""The query of `GET /v1/jobs`: filters, page size and cursor."""

import re
from collections.abc import Callable

from darkroom.http.errors import invalid_request
from darkroom.http.page_limit import read_limit
from darkroom.jobs.catalogue import find_model
from darkroom.jobs.job import JobStatus
from darkroom.jobs.rules import Problem, unknown_model
from darkroom.ports import JobsFilter

DEFAULT_LIMIT = 20


def read_list_query(query: Callable[[str], str | None]) -> tuple[JobsFilter, int, str | None]:
    """Raises ApiError naming the parameter and what it may be."""
    wanted = JobsFilter(
        statuses=_statuses(query("status")),
        model=_model(query("model")),
        tag=query("tag"),
        created_after=_time(query("created_after")),
    )
    return wanted, read_limit(query("limit"), DEFAULT_LIMIT), query("cursor")


def _statuses(text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset()
    if text not in set(JobStatus):
        raise invalid_request(Problem("status", f"must be one of: {', '.join(JobStatus)}"))
    return frozenset({text})


def _model(text: str | None) -> str | None:
    if text is None:
        return None
    model = find_model(text)
    if model is None:
        raise invalid_request(unknown_model())
    return model.id


def _time(text: str | None) -> float | None:
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,12}", text):
        raise invalid_request(
            Problem("created_after", "must be a time in whole Unix seconds, 0 to 999999999999")
        )
    return float(text)
