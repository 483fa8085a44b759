"""A tenant's own affairs: sub-accounts and their keys, webhook secret, upstream key, balance."""

from typing import Any

from accounts.api import api


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
