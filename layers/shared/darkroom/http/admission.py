"""How every surface lets requests in: the tenant's limits, then the jobs, and refusals put into words."""

from collections.abc import Iterable, Sequence

from darkroom import wiring
from darkroom.http.api import Api
from darkroom.http.errors import ApiError
from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.rules import MAX_TAG_CHARACTERS
from darkroom.usecases.accept import Accepted, IdempotencyConflictError

MICROUSD_A_CENT = 10_000


def admit(account: Account) -> dict[str, str]:
    """Counts the request against the tenant's requests a minute, and gives the headers to answer with.

    Without a limit nothing is counted and there are none. Raises ApiError 429 with Retry-After.
    """
    return {}


def accept(account: Account, request: ImageRequest, idempotency_key: str | None) -> Accepted:
    """As `accept_all`, for one."""
    return accept_all(account, [request], [idempotency_key])[0]


def accept_all(
    account: Account, requests: Sequence[ImageRequest], idempotency_keys: Sequence[str | None]
) -> list[Accepted]:
    """All or none, in the requests' order; each has its key or None.

    Raises ApiError: 402 at a spend cap, 422 for a price that a cap needs and nobody knows, and for a key
    that was used with another request.
    """
    acceptor = wiring.acceptor()
    try:
        pairs = zip(requests, idempotency_keys, strict=True)
        return [acceptor.accept(account, request, key) for request, key in pairs]
    except IdempotencyConflictError:
        text = "This Idempotency-Key was used with another body. Send a new key, or the first body again."
        raise ApiError(422, "idempotency_key_reused", text) from None


def cost_cents(jobs: Iterable[Job]) -> str:
    """The jobs' price together, for the header x-cost-cents; "unknown" where one of them is."""
    prices = [job.price_microusd for job in jobs]
    known = [price for price in prices if price is not None]
    return f"{sum(known) / MICROUSD_A_CENT:g}" if len(known) == len(prices) else "unknown"


def tag_of(api: Api) -> str | None:
    """The header x-aig-tag, for a body without a tag. Raises ApiError for one that no tag can be."""
    tag = api.header("x-aig-tag")
    if tag is not None and not (1 <= len(tag) <= MAX_TAG_CHARACTERS and tag.isprintable()):
        text = f"x-aig-tag must have 1 to {MAX_TAG_CHARACTERS} printable characters."
        raise ApiError(422, "invalid_tag", text)
    return tag
