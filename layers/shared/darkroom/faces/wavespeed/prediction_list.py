"""The body of `POST /api/v3/predictions`, and its pages out of a list that goes on by cursors."""

import time
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from darkroom.faces.wavespeed.moments import MOMENT_SAYS, read_moment
from darkroom.faces.wavespeed.prediction import STATUS_WORDS
from darkroom.http.errors import ApiError, invalid_request
from darkroom.http.json_body import Text, read_body
from darkroom.jobs.catalogue import find_model
from darkroom.jobs.job import Job
from darkroom.jobs.rules import Problem, unknown_model
from darkroom.ports import JobsFilter, JobsPage

LISTED_SECONDS = 7 * 24 * 3600
"""Contract page, "List": the last 7 days only."""
MAX_PAGE_SIZE = 100
MAX_DEPTH = 10_000
"""How many predictions a page may stand behind: each one is read on the way to it."""
_CHUNK = 500
_MAX_CHUNKS = 2 * MAX_DEPTH // _CHUNK
"""Of jobs looked through for one page, however few of them match."""
_READ_SECONDS = 15.0
"""After so long no further chunk is begun. API Gateway waits for 29, and one chunk may be slow itself."""


Moment = Annotated[float | None, BeforeValidator(read_moment, json_schema_input_type=str | float | None)]


class PredictionQuery(BaseModel):
    """Which predictions, newest first. An empty text is the same as none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    page: int = Field(1, ge=1, description="from 1")
    page_size: int = Field(20, ge=1, le=MAX_PAGE_SIZE, description=f"1 to {MAX_PAGE_SIZE}")
    model: Text | None = Field(None, description="a model's id or alias")
    status: Text | None = Field(None, description="created, processing, completed, failed or cancelled")
    created_after: Moment = Field(None, description=MOMENT_SAYS)
    created_before: Moment = Field(None, description=MOMENT_SAYS)


def read_query(body: bytes, now: float) -> tuple[JobsFilter, PredictionQuery]:
    """Raises ApiError."""
    query = read_body(PredictionQuery, body or b"{}")
    if query.page * query.page_size > MAX_DEPTH:
        text = f"page times page_size must be at most {MAX_DEPTH}: narrow the list by created_before"
        raise invalid_request(Problem("page", text))
    wanted = JobsFilter(
        statuses=_statuses(query.status),
        model=_model(query.model),
        created_after=max(now - LISTED_SECONDS, query.created_after or 0.0),
        created_before=query.created_before,
        with_deleted=False,
    )
    return wanted, query


def jobs_of_page(
    page: int,
    page_size: int,
    more: Callable[[int, str | None], JobsPage],
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Job]:
    """`more(limit, cursor)` gives the next ones that match. Raises ApiError where too much must be read."""
    first = (page - 1) * page_size
    found: list[Job] = []
    passed = 0
    ends_at = monotonic() + _READ_SECONDS
    for jobs in _chunks(more, first + page_size, lambda: monotonic() < ends_at):
        found += jobs[max(0, first - passed) :]
        passed += len(jobs)
        if len(found) >= page_size:
            break
    return found[:page_size]


def _chunks(
    more: Callable[[int, str | None], JobsPage], wanted: int, has_time: Callable[[], bool]
) -> Iterator[tuple[Job, ...]]:
    cursor: str | None = None
    for _ in takewhile(lambda _: has_time(), range(_MAX_CHUNKS)):
        page = more(min(wanted, _CHUNK), cursor)
        wanted -= len(page.jobs)
        yield page.jobs
        cursor = page.cursor
        if cursor is None or wanted <= 0:
            return
    text = "Too many predictions have to be looked through: narrow the list by created_after, created_before."
    raise ApiError(400, "list_too_long", text)


def _statuses(word: str | None) -> frozenset[str]:
    if not word:
        return frozenset()
    statuses = frozenset(status.value for status, shown in STATUS_WORDS.items() if shown == word)
    if not statuses:
        words = ", ".join(dict.fromkeys(STATUS_WORDS.values()))
        raise invalid_request(Problem("status", f"must be one of: {words}"))
    return statuses


def _model(name: str | None) -> str | None:
    if not name:
        return None
    model = find_model(name)
    if model is None:
        raise invalid_request(unknown_model())
    return model.id
