"""The Retry-After header (RFC 9110, 10.2.3), as others send it to us."""

import re

_SECONDS = re.compile(r"[0-9]{1,9}")
_LONGEST_DATE = 40


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Seconds from now, never below 0; None where there is no such header or it can't be read."""
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    # Imported here: few answers carry a date, and the module is not light.
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value[:_LONGEST_DATE]).timestamp() - now)
    except (ValueError, OverflowError):
        return None
