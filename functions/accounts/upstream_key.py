"""A tenant's own upstream key: registered, replaced, removed, and never shown again."""

import time
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from accounts.api import api
from darkroom import upstream_adapters
from darkroom.aws.accounts_table import UnknownTenantError
from darkroom.aws.upstream_key_registry import TooManyKeysError
from darkroom.http.api import answer
from darkroom.http.errors import ApiError
from darkroom.http.upstream_key import read_upstream_key, upstream_key_answer
from darkroom.upstreams import OwnKey

_NOT_ASKED = "Upstream could not be asked whether it takes this key. If it does not, your jobs will wait."
_TOO_MANY = "Your key was replaced about a hundred times within a day. The one before stays; try again later."


@api.put("/v1/upstream-key")
def put_upstream_key() -> Response[str]:
    """Taken up by new jobs within 60 seconds, in place of one before at once; tasks that upstream has already
    end on that one."""
    api_key = read_upstream_key(api.body)
    taken = upstream_adapters.client_on(OwnKey(api.tenant, "new", api_key)).knows_key()
    if taken is False:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "upstream_key_refused", "Upstream refuses this key.")
    try:
        key = upstream_adapters.own_key_registry().register(api.tenant, api_key, time.time())
    except UnknownTenantError:
        raise ApiError(HTTPStatus.NOT_FOUND, "tenant_not_found", "There is no such tenant.") from None
    except TooManyKeysError:
        raise ApiError(
            HTTPStatus.TOO_MANY_REQUESTS, "too_many_keys", _TOO_MANY, headers={"retry-after": "3600"}
        ) from None
    return answer(upstream_key_answer(key, None if taken else _NOT_ASKED))


@api.get("/v1/upstream-key")
def get_upstream_key() -> Response[str]:
    return answer(upstream_key_answer(upstream_adapters.own_key_registry().find(api.tenant)))


@api.delete("/v1/upstream-key")
def delete_upstream_key() -> Response[str]:
    """At once and for good: no task is started on it any more, and jobs that still need it fail with
    upstream_key_removed."""
    upstream_adapters.own_key_registry().remove(api.tenant)
    return answer(upstream_key_answer(None))
