"""A tenant's own affairs: sub-accounts and their keys, webhook secret, upstream key, balance."""

from typing import Any

from accounts import balance, sub_accounts, upstream_key, webhook_secret  # noqa: F401  # they register their routes
from accounts.api import api


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
