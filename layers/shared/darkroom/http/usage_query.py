"""The query of `GET /v1/usage`: a range of UTC days, and what to group by."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from darkroom.http.errors import invalid_request
from darkroom.jobs.rules import Problem
from darkroom.jobs.usage import GROUPINGS

MAX_DAYS = 31
DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """Both days are in it."""

    first: date
    last: date
    group_by: tuple[str, ...]

    @property
    def start(self) -> float:
        """Unix seconds."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC).timestamp()

    @property
    def end(self) -> float:
        """Unix seconds, when the last day is over."""
        return self.start + ((self.last - self.first).days + 1) * 86_400


def read_usage_query(query: Callable[[str], str | None], now: float, retention_days: int) -> UsageQuery:
    """Raises ApiError. A day that has begun to be forgotten is refused: its sum would be too small."""
    kept = (datetime.fromtimestamp(now, UTC) - timedelta(days=retention_days - 1)).date()
    last = _day("to", query("to")) or datetime.fromtimestamp(now, UTC).date()
    _check_kept("to", last, kept, retention_days)
    first = _day("from", query("from")) or max(kept, last - timedelta(days=DEFAULT_DAYS - 1))
    _check_kept("from", first, kept, retention_days)
    if last < first:
        raise invalid_request(Problem("to", f"must not be before from, which is {first.isoformat()}"))
    if (last - first).days >= MAX_DAYS:
        raise invalid_request(Problem("from", f"must be at most {MAX_DAYS} days before to, both counted"))
    return UsageQuery(first, last, _group_by(query("group_by")))


def _check_kept(name: str, day: date, kept: date, retention_days: int) -> None:
    if day < kept:
        text = f"must be {kept.isoformat()} or later: jobs are kept for {retention_days} days"
        raise invalid_request(Problem(name, text))


def _day(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid_request(Problem(name, "must be a day in UTC, as YYYY-MM-DD"))


def _group_by(text: str | None) -> tuple[str, ...]:
    names = tuple(("day" if text is None else text).split(","))
    if not set(names) <= set(GROUPINGS) or len(set(names)) < len(names):
        text = f"must be one or more of {', '.join(GROUPINGS)}, each once, with commas between"
        raise invalid_request(Problem("group_by", text))
    return names
