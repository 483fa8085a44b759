"""How much a function can answer with: Lambda holds an answer to 6 MB, and bytes travel in it as base64."""

import json
from collections.abc import Iterable
from itertools import accumulate, takewhile

LAMBDA_ANSWER_BYTES = 6 * 1024 * 1024
_ROOM_FOR_THE_REST = 64 * 1024
"""The JSON around the body, headers above all."""

MAX_TEXT_BYTES = LAMBDA_ANSWER_BYTES - _ROOM_FOR_THE_REST
MAX_BINARY_BYTES = MAX_TEXT_BYTES // 4 * 3


def fits_as_base64(*sizes_bytes: int) -> bool:
    """Whether one answer can hold all of them, each in base64 of its own."""
    return sum((size + 2) // 3 * 4 for size in sizes_bytes) <= MAX_TEXT_BYTES


def how_many_fit(texts: Iterable[str]) -> int:
    """How many of them, from the first on, one answer can hold in a JSON list."""
    sizes = accumulate(_bytes_as_sent(text) for text in texts)
    return sum(1 for _ in takewhile(lambda size: size <= MAX_TEXT_BYTES, sizes))


def _bytes_as_sent(text: str) -> int:
    """The body is a string within the function's own answer, which is JSON: it is escaped once more."""
    return len(json.dumps(text, ensure_ascii=False).encode())
