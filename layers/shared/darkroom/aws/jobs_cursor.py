"""The cursor of a job listing: where it goes on, and whose it is. Opaque to clients, but not secret."""

import base64
import re

_PLACE = re.compile(r"([a-z0-9-]{1,64})/(\d{13}#[A-Za-z0-9_-]{1,64})", re.ASCII)


def write_cursor(tenant: str, created: str) -> str:
    return base64.urlsafe_b64encode(f"{tenant}/{created}".encode()).decode().rstrip("=")


def read_cursor(tenant: str, cursor: str) -> str:
    """The index key to go on before. Raises ValueError for anything that `write_cursor` didn't make."""
    place = _PLACE.fullmatch(_decoded(cursor))
    if place is None or place[1] != tenant:
        raise ValueError("not a cursor of this tenant's")
    return place[2]


def _decoded(cursor: str) -> str:
    """Empty where it can't be decoded."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError:  # of base64 and of UTF-8 alike
        return ""
