"""The routes that need no key beside signed links: the descriptions, and upstream's callback."""

from typing import Any, TypedDict

from darkroom.openapi.operation import Answer, Operation, Parameter
from darkroom.openapi.refusals import Refusal

TAGS = {
    "Descriptions": "This API, described for programs, people and language models.",
    "Upstream": "What upstream alone calls.",
}


class Taken(TypedDict):
    message: str


_NOT_MODIFIED = Answer(304, "Nothing has changed since the `If-None-Match` that was sent.", media=())
_IF_NONE_MATCH = (
    Parameter("If-None-Match", "header", "The `ETag` of an earlier answer.", {"type": "string"}),
)
_HEADERS = ("etag",)

OPERATIONS = (
    Operation(
        "get",
        "/openapi.json",
        "getOpenApi",
        "Descriptions",
        "This document",
        (Answer(200, "An OpenAPI 3.1 document.", dict[str, Any], headers=_HEADERS), _NOT_MODIFIED),
        parameters=_IF_NONE_MATCH,
        is_open=True,
    ),
    Operation(
        "get",
        "/docs",
        "getDocs",
        "Descriptions",
        "This document as a page to read and to try",
        (Answer(200, "An HTML page.", headers=_HEADERS, media=("text/html",)), _NOT_MODIFIED),
        parameters=_IF_NONE_MATCH,
        is_open=True,
    ),
    Operation(
        "get",
        "/llms.txt",
        "getLlmsText",
        "Descriptions",
        "The API in a page of text, for language models",
        (Answer(200, "Markdown.", headers=_HEADERS, media=("text/plain",)), _NOT_MODIFIED),
        parameters=_IF_NONE_MATCH,
        is_open=True,
    ),
    Operation(
        "post",
        "/callbacks/wavespeed",
        "upstreamCallback",
        "Upstream",
        "Upstream says that a task has ended",
        (Answer(200, "Taken.", Taken, {"message": "Taken."}),),
        (
            Refusal(401, "refused", "Refused: the signature does not match.", bare_field="message"),
            Refusal(503, "busy", "Busy; call again.", bare_field="message"),
        ),
        "Its address carries a code of ours, and the request upstream's signature.",
        is_open=True,
        any_query=True,
    ),
)
