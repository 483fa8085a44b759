"""The body of `POST /v1/jobs`: its schema, and the way from bytes to a checked request."""

import json
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from darkroom.http.errors import ApiError, invalid_request
from darkroom.jobs.catalogue import MAX_SEED, RANDOM_SEED
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.rules import (
    MAX_DEADLINE_SECONDS,
    MAX_METADATA_PAIRS,
    MAX_TAG_CHARACTERS,
    MIN_DEADLINE_SECONDS,
    Draft,
    InvalidRequestError,
    Problem,
    checked_request,
)
from darkroom.net.url_policy import UrlRefusedError, check_url
from darkroom.settings import Settings

MAX_BODY_BYTES = 64 * 1024


def _utf8(text: str) -> str:
    """JSON can spell half of a surrogate pair, which no text can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid Unicode, without lone surrogates") from None
    return text


Text = Annotated[str, AfterValidator(_utf8)]


class JobRequest(BaseModel):
    """Unknown fields are refused: a misspelt one must not be ignored silently."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: Text = Field(description="a model's id or alias")
    prompt: Text = Field(description="what the image shows, in English or Chinese")
    size: Text | None = Field(None, description="W*H or WxH, each 512 to 2048 pixels")
    width: int | None = Field(None, description="512 to 2048 pixels; goes with height, in place of size")
    height: int | None = Field(None, description="512 to 2048 pixels; goes with width, in place of size")
    seed: int = Field(RANDOM_SEED, description=f"0 to {MAX_SEED}, or -1 for a random one")
    enable_prompt_expansion: bool = Field(True, description="true or false")
    webhook_url: Text | None = Field(None, description="the https URL that is told of the job's end")
    metadata: dict[Text, Text] = Field({}, description=f"an object of at most {MAX_METADATA_PAIRS} strings")
    tag: Text | None = Field(None, description=f"1 to {MAX_TAG_CHARACTERS} characters")
    deadline_seconds: int | None = Field(
        None, description=f"{MIN_DEADLINE_SECONDS} to {MAX_DEADLINE_SECONDS} seconds"
    )


def parse_request(body: bytes, settings: Settings, own_host: str) -> ImageRequest:
    """Raises ApiError with every problem that was found, each with its field.

    `own_host` is the API's: a webhook to ourselves could go round in circles.
    """
    try:
        fields = JobRequest.model_validate(_json_object(body))
    except ValidationError as error:
        raise invalid_request(*(_problem(detail) for detail in error.errors())) from None
    try:
        request = checked_request(
            Draft(**fields.model_dump()), default_deadline_seconds=settings.job_deadline_seconds
        )
        _check_webhook_url(request.webhook_url, settings, own_host)
    except InvalidRequestError as error:
        raise invalid_request(*error.problems) from None
    return request


def _check_webhook_url(url: str | None, settings: Settings, own_host: str) -> None:
    if url is None:
        return
    try:
        check_url(
            url,
            ports=settings.webhook_ports,
            own_hosts=frozenset({own_host}),
            local_targets=settings.local_targets,
            field="the URL",
        )
    except UrlRefusedError as error:
        raise InvalidRequestError(Problem("webhook_url", str(error))) from None


def _json_object(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise ApiError(413, "body_too_large", f"The body must have at most {MAX_BODY_BYTES} bytes.")
    try:
        parsed = json.loads(body, parse_constant=_no_constants)
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "The body is not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise ApiError(400, "invalid_json", "The body must be a JSON object.")
    if any("\ud800" <= letter <= "\udfff" for name in parsed for letter in name):
        raise ApiError(400, "invalid_json", "A field's name is not valid Unicode.")
    return parsed


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _problem(detail: Any) -> Problem:
    field = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = ", ".join(JobRequest.model_fields)
        return Problem(field, f"unknown field; the fields are: {known}")
    if detail["type"] == "missing":
        return Problem(field, "is required")
    wanted = JobRequest.model_fields[detail["loc"][0]].description
    message = str(detail["msg"]).removeprefix("Value error, ").replace("Input should", "must", 1)
    return Problem(field, f"{message}: {wanted}")
