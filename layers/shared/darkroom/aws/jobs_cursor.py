"""The cursor of a job listing: where it goes on, and whose it is. Opaque to clients, but not secret."""

import base64
import re

_MAX_LENGTH = 256
_PLACE = re.compile(r"([a-z0-9-]{1,64})/(\d{13}#[A-Za-z0-9_-]{1,64})", re.ASCII)


def write_cursor(tenant: str, created: str) -> str:
    return base64.urlsafe_b64encode(f"{tenant}/{created}".encode()).decode().rstrip("=")


def read_cursor(tenant: str, cursor: str) -> str:
    """The index key to go on before. Raises ValueError for anything that `write_cursor` didn't make."""
    if len(cursor) > _MAX_LENGTH:
        raise ValueError("not a cursor")
    padded = cursor + "=" * (-len(cursor) % 4)
    place = _PLACE.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    if place is None or place[1] != tenant:
        raise ValueError("not a cursor of this tenant's")
    return place[2]
