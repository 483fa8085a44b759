"""How every surface lets requests in: the tenant's limits, then the jobs, and refusals put into words."""

import time
from collections.abc import Iterable, Sequence

from darkroom import adapters, wiring
from darkroom.http.api import Api
from darkroom.http.errors import ApiError
from darkroom.http.idempotency import key_reused
from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from darkroom.jobs.money import MICROUSD, MICROUSD_A_CENT
from darkroom.jobs.rate_window import RateTaken
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.rules import MAX_TAG_CHARACTERS
from darkroom.ports import BudgetExceededError
from darkroom.usecases.accept import Accepted, IdempotencyConflictError, PriceUnknownError


def admit(account: Account) -> dict[str, str]:
    """Counts the request against the tenant's requests a minute and, for a sub-account, its owner's; gives
    the headers to answer with: those of the limit that is nearer.

    Without a limit nothing is counted and there are none. Raises ApiError 429 with Retry-After.
    """
    limits = [(account.tenant, account.requests_per_minute)]
    if account.owner is not None:
        limits.append((account.owner, account.owner_requests_per_minute))
    taken = [_taken(tenant, limit) for tenant, limit in limits if limit is not None]
    return _rate_headers(min(taken, key=lambda each: each.remaining)) if taken else {}


def _taken(tenant: str, limit: int) -> RateTaken:
    taken = adapters.rate_limits().take(tenant, limit, time.time())
    if taken.allowed:
        return taken
    text = (
        f"The limit of {taken.limit} requests a minute is reached. "
        f"Try again in {taken.reset_seconds} seconds."
    )
    headers = _rate_headers(taken) | {"retry-after": str(taken.reset_seconds)}
    raise ApiError(429, "rate_limit_exceeded", text, headers=headers)


def _rate_headers(taken: RateTaken) -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": str(taken.limit),
        "x-ratelimit-remaining-requests": str(taken.remaining),
        "x-ratelimit-reset-requests": str(taken.reset_seconds),
    }


def accept(account: Account, request: ImageRequest, idempotency_key: str | None) -> Accepted:
    """As `accept_all`, for one."""
    return accept_all(account, [request], [idempotency_key])[0]


def accept_all(
    account: Account, requests: Sequence[ImageRequest], idempotency_keys: Sequence[str | None]
) -> list[Accepted]:
    """All or none, in the requests' order; each has its own key or None.

    Raises ApiError: 402 at a spend cap, 422 for a price that a cap needs and nobody knows, and for a key
    that was used with another request.
    """
    try:
        return wiring.acceptor().accept_all(account, requests, idempotency_keys)
    except IdempotencyConflictError:
        raise key_reused() from None
    except PriceUnknownError as error:
        text = (
            f"The price of {error.model} is not known, so it can't be held against the account's spend cap. "
            "The operator can refresh the prices; until then use another model."
        )
        raise ApiError(422, "price_unknown", text) from None
    except BudgetExceededError as error:
        raise _at_the_cap(account, error, requests) from None


def _at_the_cap(account: Account, error: BudgetExceededError, requests: Sequence[ImageRequest]) -> ApiError:
    prices = [adapters.prices().price_microusd(request.model) for request in requests]
    wanted = f"This needs {_usd(sum(price or 0 for price in prices))}"
    if error.payer != account.tenant:  # what the owner spends is not the sub-account's to know
        text = f"{wanted}, more than the account that this one belongs to has left under its spend cap."
    elif error.budget is None:
        text = f"{wanted}, and there is no budget to take it from."
    else:
        budget = error.budget
        text = (
            f"{wanted}, but of the spend cap of {_usd(budget.cap)} {_usd(budget.spent)} are spent and "
            f"{_usd(budget.reserved)} reserved for jobs under way."
        )
    return ApiError(402, "insufficient_credits", text)


def _usd(microusd: int) -> str:
    return f"${microusd / MICROUSD:,.6f}".rstrip("0").ljust(len(f"${microusd // MICROUSD:,}") + 3, "0")


def cost_cents(jobs: Iterable[Job]) -> str:
    """The jobs' price together, for the header x-cost-cents; "unknown" where one of them is.

    A job on the tenant's own upstream key costs nothing here.
    """
    prices = [0 if job.terms.own_upstream_key else job.price_microusd for job in jobs]
    if None in prices:
        return "unknown"
    return f"{sum(price or 0 for price in prices) / MICROUSD_A_CENT:.4f}".rstrip("0").rstrip(".")


def tag_of(api: Api) -> str | None:
    """The header x-aig-tag, for a body without a tag. Raises ApiError for one that no tag can be."""
    tag = api.header("x-aig-tag")
    if tag is not None and not (1 <= len(tag) <= MAX_TAG_CHARACTERS and tag.isascii() and tag.isprintable()):
        text = f"x-aig-tag must have 1 to {MAX_TAG_CHARACTERS} printable ASCII characters."
        raise ApiError(422, "invalid_tag", text)
    return tag
