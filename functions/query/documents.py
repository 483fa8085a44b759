"""The API's descriptions of itself: the OpenAPI document, its page, and a text for language models."""

from aws_lambda_powertools.event_handler import Response

from query.api import api

# Their modules are imported where they are used: no other route needs them


@api.get("/openapi.json")
def get_openapi() -> Response[str]:
    from darkroom.openapi.published import served

    return _document(served(api.base_url), "application/json")


@api.get("/docs")
def get_docs() -> Response[str]:
    from darkroom.openapi.docs_page import content_security_policy, page

    policy = content_security_policy(api.base_url)
    return _document(page(), "text/html; charset=utf-8", {"content-security-policy": policy})


@api.get("/llms.txt")
def get_llms_text() -> Response[str]:
    from darkroom.openapi.llms_text import llms_text

    return _document(llms_text(api.base_url), "text/plain; charset=utf-8")


def _document(body: str, content_type: str, headers: dict[str, str] | None = None) -> Response[str]:
    """Compressed where the request says what it accepts: API Gateway leaves base64 as it is otherwise."""
    from darkroom.openapi.published import etag

    tag = etag(body)
    shown = {
        "etag": tag,
        "cache-control": "public, max-age=300",
        "x-content-type-options": "nosniff",
        "vary": "accept, accept-encoding",
        **(headers or {}),
    }
    if tag in (api.header("if-none-match") or ""):
        return Response(status_code=304, body="", headers=dict(shown))  # the emulator fails on null
    return Response(
        status_code=200,
        content_type=content_type,
        body=body,
        headers=dict(shown),
        compress=api.header("accept") is not None,
    )
