"""The whole OpenAPI document. `servers` is left to whoever serves it."""

from typing import Any

from darkroom.openapi import accounts, jobs, open_routes, pictures, wavespeed, webhooks
from darkroom.openapi.operation import Operation
from darkroom.openapi.parameters import HEADERS
from darkroom.openapi.schemas import Schemas

VERSION = "0.1.0"
TITLE = "Darkroom"
SUMMARY = "Image generation as jobs: a prompt in, a picture in your own S3 bucket and a signed webhook out."
DESCRIPTION = """\
One backend, three faces: a native jobs API, WaveSpeed's API v3 below `/api/v3/`, and OpenAI's and AIgateway's
below `/v1/`. The official clients of all three work by their base URL, and see the same jobs.

Send the API key as `Authorization: Bearer …`. A body's unknown fields and, where a route has filters, unknown
query parameters are refused. Every answer has an `x-request-id`.
"""
OPERATIONS: tuple[Operation, ...] = (
    *jobs.OPERATIONS,
    *pictures.OPERATIONS,
    *accounts.OPERATIONS,
    *wavespeed.OPERATIONS,
    *open_routes.OPERATIONS,
)
_TAGS = {
    **jobs.TAGS,
    **pictures.TAGS,
    **accounts.TAGS,
    **wavespeed.TAGS,
    **open_routes.TAGS,
    "Webhooks": "What is sent to a job's `webhook_url`.",
}


def document() -> dict[str, Any]:
    schemas = Schemas()
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        path = paths.setdefault(operation.documented_path, {})
        path[operation.method] = operation.written(schemas)
    sent = webhooks.written(schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "summary": SUMMARY, "description": DESCRIPTION},
        "security": [{"apiKey": []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "webhooks": sent,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "responses": dict(sorted(schemas.responses.items())),
            "headers": HEADERS,
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key: `dr_…`."}
            },
        },
    }
