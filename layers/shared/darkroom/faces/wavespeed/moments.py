"""Times as WaveSpeed's clients spell them: RFC 3339 or Unix seconds."""

import re
from datetime import UTC, datetime

MOMENT_SAYS = "RFC 3339 with its offset, or Unix seconds"
LATEST_SECONDS = 253_402_300_799.0  # the end of the year 9999
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_UNIX = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


def rfc3339(at: float) -> str:
    """With nine digits, of which a float of Unix seconds holds six."""
    microseconds = round(at * 1_000_000)
    moment = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{microseconds % 1_000_000:06d}000Z"


def read_moment(given: object) -> float | None:
    """Unix seconds; None for none or an empty text. Raises ValueError."""
    if given is None or given == "":
        return None
    seconds = _seconds(given)
    if seconds is None or not 0 <= seconds <= LATEST_SECONDS:
        raise ValueError("must be a time")
    return seconds


def _seconds(given: object) -> float | None:
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return given if isinstance(given, float) else float(min(max(given, -1), 10**12))
    if not isinstance(given, str):
        return None
    if _UNIX.fullmatch(given):
        return float(given)
    if not _RFC3339.fullmatch(given):
        return None
    try:
        return datetime.fromisoformat(given.upper()).timestamp()
    except (ValueError, OverflowError):  # the 31st of February
        return None
