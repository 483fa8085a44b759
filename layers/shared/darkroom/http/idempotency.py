"""The header Idempotency-Key, which every POST of every surface takes."""

from darkroom.http.api import Api
from darkroom.http.errors import ApiError

MAX_KEY_CHARACTERS = 255


def key_reused() -> ApiError:
    return ApiError(
        422,
        "idempotency_key_reused",
        "This Idempotency-Key was used with another body. Send a new key, or the first body again.",
    )


def idempotency_key(api: Api) -> str | None:
    """Raises ApiError for a key that can't be one."""
    key = api.header("idempotency-key")
    if key is not None and not (1 <= len(key) <= MAX_KEY_CHARACTERS and key.isascii() and key.isprintable()):
        text = f"Idempotency-Key must have 1 to {MAX_KEY_CHARACTERS} printable ASCII characters."
        raise ApiError(422, "invalid_idempotency_key", text)
    return key
