"""What is only read: the GET routes of all faces, one module for each kind of thing."""

from typing import Any

from query.api import api


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
