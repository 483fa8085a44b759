"""A REST API's proxy event, made of a WSGI request."""

import base64
import time
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import EnvironHeaders

from functional.gateway_routes import Match

Environ = dict[str, Any]


def rest_event(
    environ: Environ,
    match: Match,
    path: str,
    body: bytes,
    request_id: str,
    authorizer: dict[str, str] | None,
) -> dict[str, Any]:
    """`path` as it was sent, stage included; `authorizer` is None on an open route."""
    stage = path.split("/")[1]
    headers = list(EnvironHeaders(environ))
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return {
        "resource": match.route.resource,
        "path": path.removeprefix(f"/{stage}"),
        "httpMethod": match.route.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _many(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _many(query),
        "pathParameters": match.parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": match.route.resource,
            "httpMethod": match.route.method,
            "path": path,
            "stage": stage,
            "domainName": environ.get("HTTP_HOST", "abcd1234.execute-api.us-east-1.amazonaws.com"),
            "apiId": "abcd1234",
            "requestId": request_id,
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "requestTimeEpoch": int(time.time() * 1000),
            "identity": {"sourceIp": "127.0.0.1", "userAgent": environ.get("HTTP_USER_AGENT", "")},
            **({"authorizer": authorizer} if authorizer else {}),
        },
        # BinaryMediaTypes is */*: every body comes encoded
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _many(pairs: list[tuple[str, str]]) -> dict[str, list[str]] | None:
    return {name: [value for key, value in pairs if key == name] for name, _ in pairs} or None
