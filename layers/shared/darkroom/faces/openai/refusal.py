"""What is refused on OpenAI's images API: in the house's body, with OpenAI's status."""

from darkroom.http.errors import ApiError

IMAGES_PREFIX = "/v1/images/"

_BAD_REQUESTS = frozenset({"invalid_parameter", "invalid_tag", "invalid_idempotency_key"})
"""What is wrong with the request itself is 400 there; a reused key and an unknown price stay 422."""


def refusal_of(error: ApiError) -> tuple[int, str]:
    """Status and body."""
    return 400 if error.code in _BAD_REQUESTS else error.status, error.body
