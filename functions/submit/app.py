"""What changes something: the POST and DELETE routes of all faces, one module each."""

from typing import Any

from submit.api import api


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
