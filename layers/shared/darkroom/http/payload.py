"""How much a function can answer with: Lambda holds an answer to 6 MB, and bytes travel in it as base64."""

LAMBDA_ANSWER_BYTES = 6 * 1024 * 1024
_ROOM_FOR_THE_REST = 64 * 1024
"""The JSON around the body, headers above all."""

MAX_BINARY_BYTES = (LAMBDA_ANSWER_BYTES - _ROOM_FOR_THE_REST) // 4 * 3


def fits_as_base64(*sizes_bytes: int) -> bool:
    """Whether one answer can hold all of them, each in base64 of its own."""
    return sum((size + 2) // 3 * 4 for size in sizes_bytes) <= LAMBDA_ANSWER_BYTES - _ROOM_FOR_THE_REST
