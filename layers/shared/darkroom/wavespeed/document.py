"""Reads upstream's JSON without trusting it: values of the wrong type are absent, never errors. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

ERROR_CODES = frozenset({1200, 1400, 1401, 1402, 1403, 1405, 1406, 1407, 5000, 5003, 5004})
"""Contract page, "Error codes"."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_URL = re.compile(r"https?://\S+")
_LONGEST_TEXT = 300

Document = Mapping[str, Any]


def read_document(body: bytes) -> Document:
    """The JSON object of a body; empty where it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def data_of(document: Document) -> Document:
    """The content of the envelope."""
    data = document.get("data")
    return data if isinstance(data, dict) else {}


def usable_id(value: object) -> str | None:
    """A prediction's id becomes part of addresses and records: only what is safe there counts as one."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def error_code(*documents: Document) -> int | None:
    """The first documented error code; upstream puts it in `data.code`, or as `error_code` beside it."""
    for document in documents:
        for name in ("code", "error_code"):
            value = document.get(name)
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 4:
                value = int(value)
            if isinstance(value, int) and value in ERROR_CODES:
                return value
    return None


def error_text(*documents: Document) -> str:
    """What upstream says of an error, as one short line without addresses; empty where it says nothing."""
    for document in documents:
        for name in ("error", "message"):
            value = document.get(name)
            if isinstance(value, str) and value.strip():
                visible = "".join(character if character.isprintable() else " " for character in value)
                return _URL.sub("(address)", " ".join(visible.split()))[:_LONGEST_TEXT]
    return ""
