"""Sub-accounts, made and removed by their owner's key: tenants with keys, caps and rates of their own.

What reads a body is imported where it is used: it loads pydantic, and most calls here have no body.
"""

import time

from aws_lambda_powertools.event_handler import Response

from accounts.api import api
from darkroom import accounts_wiring, adapters, upstream_adapters
from darkroom.faces.aigateway.sub_accounts import (
    Removed,
    new_sub_account_answer,
    sub_account_answer,
    sub_account_list,
)
from darkroom.http.api import answer
from darkroom.http.errors import ApiError, invalid_request
from darkroom.http.idempotency import idempotency_key, key_reused
from darkroom.http.page_limit import MAX_LIMIT, read_limit
from darkroom.jobs.rules import Problem
from darkroom.jobs.sub_account import MAX_SUB_ACCOUNTS, SubAccount, TooManySubAccountsError
from darkroom.usecases.accept import IdempotencyConflictError
from darkroom.usecases.sub_accounts import SubAccountRemovedError


@api.post("/v1/sub-accounts")
def create_sub_account() -> Response[str]:
    from darkroom.faces.aigateway.sub_account_request import read_terms

    owner, terms = _owner(), read_terms(api.body)
    try:
        made = accounts_wiring.sub_account_keeper().create(owner, terms, idempotency_key(api))
    except IdempotencyConflictError:
        raise key_reused() from None
    except SubAccountRemovedError:
        text = "The sub-account that was made with this Idempotency-Key is removed. Send a new key."
        raise ApiError(409, "sub_account_removed", text) from None
    except TooManySubAccountsError:
        text = f"An account can have {MAX_SUB_ACCOUNTS:,} sub-accounts. Remove one that is not used any more."
        raise ApiError(409, "too_many_sub_accounts", text) from None
    headers = {
        "location": f"{api.base_url}/v1/sub-accounts/{made.sub_account.tenant}",
        "cache-control": "no-store",
    }
    repeated = {"idempotency-replayed": "true"} if made.repeated else {}
    return answer(new_sub_account_answer(made), 201, headers | repeated)


@api.get("/v1/sub-accounts")
@api.takes("limit", "cursor")
def list_sub_accounts() -> Response[str]:
    try:
        # Without a limit as many as can be: AIgateway's client asks for no further page
        limit = read_limit(api.query("limit"), MAX_LIMIT)
        page = adapters.sub_accounts().list(_owner(), limit, api.query("cursor"))
    except ValueError:
        raise invalid_request(Problem("cursor", "is not one that a list answered with")) from None
    return answer(sub_account_list(page))


@api.get("/v1/sub-accounts/<sub_account>")
def get_sub_account(sub_account: str) -> Response[str]:
    return answer(sub_account_answer(_found(adapters.sub_accounts().get(_owner(), sub_account))))


@api.patch("/v1/sub-accounts/<sub_account>")
def change_sub_account(sub_account: str) -> Response[str]:
    from darkroom.faces.aigateway.sub_account_request import read_change

    owner, change = _owner(), read_change(api.body)
    return answer(
        sub_account_answer(_found(accounts_wiring.sub_account_keeper().change(owner, sub_account, change)))
    )


@api.delete("/v1/sub-accounts/<sub_account>")
def remove_sub_account(sub_account: str) -> Response[str]:
    """Its keys are refused within 60 s; its jobs go on to their end, and its data stay. Its own upstream key
    is removed at once: jobs that still need that one end as upstream_key_removed."""
    owner = _owner()
    _found(adapters.sub_accounts().get(owner, sub_account))
    # First, so that a request whose second half failed can be repeated
    upstream_adapters.own_key_registry().remove(sub_account)
    if not adapters.sub_accounts().remove(owner, sub_account, time.time()):
        raise _not_found()
    removed: Removed = {"status": "ok"}
    return answer(removed)


def _owner() -> str:
    """The caller. Raises ApiError for one that is a sub-account itself."""
    if api.account.owner is not None:
        raise ApiError(403, "not_allowed", "A sub-account can't have sub-accounts of its own.")
    return api.tenant


def _found(sub_account: SubAccount | None) -> SubAccount:
    if sub_account is None:
        raise _not_found()
    return sub_account


def _not_found() -> ApiError:
    """The same for an unknown id, a removed one, and another owner's."""
    return ApiError(404, "sub_account_not_found", "There is no such sub-account.")
