"""The refusals: every word that an error can carry, its status, and the shapes in which the faces say it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, NotRequired, TypedDict

from darkroom.faces.openai.refusal import refusal_of as openai_refusal
from darkroom.faces.wavespeed.envelope import refusal_of as wavespeed_refusal
from darkroom.http.errors import ERROR_TYPES, ApiError, ErrorAnswer
from darkroom.openapi.schemas import Schema, Schemas


class Shape(Enum):
    NATIVE = "native"
    """And AIgateway's: `{"error": {…}}`."""
    OPENAI = "openai"
    """The same, with OpenAI's status."""
    WAVESPEED = "wavespeed"
    """`{"code", "message", "data"}`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`retry`: it has a Retry-After. `is_gateways`: API Gateway says it, in a body of its own. `bare_field`:
    the body is the message alone, in a field of this name."""

    status: int
    code: str
    message: str
    retry: bool = False
    is_gateways: bool = False
    bare_field: str | None = None


class WaveSpeedNumber(TypedDict):
    code: NotRequired[Annotated[int, "WaveSpeed's number for the error, where it has one"]]


class WaveSpeedError(TypedDict):
    code: Annotated[int, "the HTTP status"]
    message: Annotated[str, "what is wrong, for people"]
    error_code: Annotated[str, "the same for programs"]
    data: WaveSpeedNumber


class GatewayErrorBody(TypedDict):
    message: str
    type: str
    code: str
    param: None


class Nothing(TypedDict):
    """Empty: WaveSpeed's clients fail on a null."""


class GatewayError(TypedDict):
    """What the gateway itself answers, in words that the clients of every face read."""

    code: Annotated[int, "the HTTP status"]
    message: str
    error: GatewayErrorBody
    data: Nothing


class BareMessage(TypedDict):
    message: str


class BareError(TypedDict):
    error: str


def _gateways(status: int, code: str, message: str, *, retry: bool = False) -> Refusal:
    return Refusal(status, code, message, retry, is_gateways=True)


# The template's gateway responses; a test holds these against it
BAD_KEY = _gateways(401, "invalid_api_key", "Missing or invalid API key.")
TOO_LARGE = _gateways(413, "request_too_large", "The request is too large.")
THROTTLED = _gateways(429, "rate_limited", "Too many requests; try again shortly.", retry=True)
NO_ANSWER = _gateways(504, "timeout", "No answer in time; try again shortly.", retry=True)

BROKEN = Refusal(500, "internal_error", "Something went wrong on our side; try again shortly.")
BUSY = Refusal(
    503,
    "try_again",
    "The service is busy; send the request again in 2 seconds, a POST with the same Idempotency-Key: then "
    "nothing is done or paid twice.",
    retry=True,
)
INVALID_JSON = Refusal(400, "invalid_json", "The body is not valid JSON.")
BODY_TOO_LARGE = Refusal(413, "body_too_large", "The body must have at most 65536 bytes.")
INVALID = Refusal(422, "invalid_parameter", "size: width must be between 512 and 2048 pixels, is 100")
KEY_REUSED = Refusal(
    422,
    "idempotency_key_reused",
    "This Idempotency-Key was used with another body. Send a new key, or the first body again.",
)
INVALID_KEY = Refusal(
    422, "invalid_idempotency_key", "Idempotency-Key must have 1 to 255 printable ASCII characters."
)
INVALID_TAG = Refusal(422, "invalid_tag", "x-aig-tag must have 1 to 64 printable ASCII characters.")
PRICE_UNKNOWN = Refusal(
    422,
    "price_unknown",
    "The price of bytedance/seedream-v3.1 is not known, so it can't be held against the account's spend "
    "cap. The operator can refresh the prices; until then use another model.",
)
AT_THE_CAP = Refusal(
    402,
    "insufficient_credits",
    "This needs $0.027, but of the spend cap of $1.00 $0.98 are spent and $0.00 reserved for jobs under way.",
)
RATE_LIMITED = Refusal(
    429,
    "rate_limit_exceeded",
    "The limit of 60 requests a minute is reached. Try again in 12 seconds.",
    retry=True,
)
OUTPUT_GONE = Refusal(404, "output_gone", "The picture is kept no longer.")
JOB_NOT_FOUND = Refusal(404, "job_not_found", "There is no such job.")
MODEL_NOT_FOUND = Refusal(404, "model_not_found", "There is no such model. GET /v1/models lists them.")
SUB_ACCOUNT_NOT_FOUND = Refusal(404, "sub_account_not_found", "There is no such sub-account.")

BODY = (INVALID_JSON, BODY_TOO_LARGE, INVALID)
ADMISSION = (*BODY, KEY_REUSED, INVALID_KEY, INVALID_TAG, PRICE_UNKNOWN, AT_THE_CAP, RATE_LIMITED)
"""Of the requests that make jobs."""


def with_unknown_parameter(refusals: Sequence[Refusal]) -> Sequence[Refusal]:
    """What every route of the API refuses, where nothing else of the kind is said."""
    known = any(refusal.code == INVALID.code for refusal in refusals)
    return refusals if known else (*refusals, INVALID)


def refusal_answers(
    refusals: Sequence[Refusal], shape: Shape, schemas: Schemas, *, has_body: bool, is_open: bool
) -> dict[str, Any]:
    """By status, with those that every route has."""
    common = [THROTTLED, BROKEN, BUSY, NO_ANSWER]
    common += [TOO_LARGE] if has_body else []
    common += [] if is_open else [BAD_KEY]
    by_status: dict[int, list[Refusal]] = {}
    for refusal in (*refusals, *common):
        by_status.setdefault(_status(refusal, shape), []).append(refusal)
    return {str(status): _shared(group, shape, schemas) for status, group in by_status.items()}


def _shared(refusals: list[Refusal], shape: Shape, schemas: Schemas) -> Schema:
    """The same refusals are answered with by many routes: they stand once, and are referred to."""
    name = "-".join((shape.value, *(refusal.code for refusal in refusals)))
    written = _answer(refusals, shape, schemas)
    if schemas.responses.setdefault(name, written) != written:
        raise ValueError(f"two answers are called {name}")
    return {"$ref": f"#/components/responses/{name}"}


def _answer(refusals: list[Refusal], shape: Shape, schemas: Schemas) -> dict[str, Any]:
    kinds = [_kind(refusal, shape) for refusal in refusals]
    shown = [schemas.of(kind) for kind in dict.fromkeys(kinds)]
    retry = ["retry-after"] if any(refusal.retry for refusal in refusals) else []
    return {
        "description": "; ".join(f"`{refusal.code}`" for refusal in refusals),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in (*retry, "x-request-id")},
        "content": {"application/json": {"schema": _one_of(shown), "examples": _examples(refusals, shape)}},
    }


def _kind(refusal: Refusal, shape: Shape) -> Any:
    if refusal.is_gateways:
        return GatewayError
    if refusal.bare_field:
        return BareError if refusal.bare_field == "error" else BareMessage
    return WaveSpeedError if shape is Shape.WAVESPEED else ErrorAnswer


def _one_of(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _examples(refusals: list[Refusal], shape: Shape) -> dict[str, Any]:
    return {refusal.code: {"value": body_of(refusal, shape)} for refusal in refusals}


def body_of(refusal: Refusal, shape: Shape) -> Any:
    """As the code, or the template, answers it."""
    error = ApiError(refusal.status, refusal.code, refusal.message)
    if refusal.is_gateways:
        named = {"message": refusal.message, "type": ERROR_TYPES[refusal.status], "code": refusal.code}
        return {
            "code": refusal.status,
            "message": refusal.message,
            "error": {**named, "param": None},
            "data": {},
        }
    if refusal.bare_field:
        return {refusal.bare_field: refusal.message}
    return json.loads(_refused(error, shape)[1])


def _status(refusal: Refusal, shape: Shape) -> int:
    if refusal.is_gateways:
        return refusal.status
    return _refused(ApiError(refusal.status, refusal.code, refusal.message), shape)[0]


def _refused(error: ApiError, shape: Shape) -> tuple[int, str]:
    match shape:
        case Shape.OPENAI:
            return openai_refusal(error)
        case Shape.WAVESPEED:
            return wavespeed_refusal(error)
    return error.status, error.body
