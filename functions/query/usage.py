"""Usage: what a tenant's jobs came to, and how its budget stands."""

import time

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.http.api import answer
from darkroom.http.errors import ApiError
from darkroom.http.payload import how_many_fit
from darkroom.http.usage_answer import usage_answer
from darkroom.http.usage_query import read_usage_query
from darkroom.jobs.money import Budget
from darkroom.settings import settings
from darkroom.usecases.usage import TooManyJobsError, UsageReader
from query.api import api

READ_SECONDS = 20.0
"""API Gateway waits for 29."""


@api.get("/v1/usage")
@api.takes("from", "to", "group_by", "sub_account")
def get_usage() -> Response[str]:
    query = read_usage_query(api.query, time.time(), settings().retention_days)
    tenant, budget = _asked_for()
    reader = UsageReader(adapters.jobs_table())
    try:
        groups = reader.usage(tenant, query.start, query.end, query.group_by, READ_SECONDS)
    except TooManyJobsError:
        raise _too_large("There are more jobs in this range than can be added up at once") from None
    reply = answer(usage_answer(query, groups, budget))
    if not how_many_fit([reply.body or ""]):
        raise _too_large(f"The {len(groups)} groups of this range are more than one answer can hold")
    return reply


def _too_large(what: str) -> ApiError:
    return ApiError(422, "range_too_large", f"{what}: ask for fewer days, or group by less.")


def _asked_for() -> tuple[str, Budget | None]:
    """The tenant and its budget: the caller, or one of its own sub-accounts."""
    name = api.query("sub_account")
    if name is None:
        return api.tenant, adapters.budgets().read(api.tenant)
    sub_account = adapters.sub_accounts().get(api.tenant, name)
    if sub_account is None:
        raise ApiError(404, "sub_account_not_found", "There is no such sub-account.")
    return sub_account.tenant, sub_account.budget
