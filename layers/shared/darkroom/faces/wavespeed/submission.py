"""The body of `POST /api/v3/{model}`: its schema, and the way from bytes to a checked request."""

from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from darkroom.http.errors import ApiError, invalid_request
from darkroom.http.json_body import Text, read_body
from darkroom.http.webhook_url import check_webhook_url
from darkroom.jobs.catalogue import MAX_SEED, MODELS, RANDOM_SEED, Model, find_model
from darkroom.jobs.request import ImageRequest, WebhookFormat
from darkroom.jobs.rules import Draft, InvalidRequestError, Problem, checked_request
from darkroom.settings import Settings

BASE64_WITH_WEBHOOK = (
    "webhook callback does not support base64 output, please use the normal API to use base64 output"
)
"""Contract page, "Base64"."""


class PredictionInputs(BaseModel):
    """What a model takes. Unknown fields are refused: a misspelt one must not be ignored silently."""

    model_config = ConfigDict(extra="forbid", strict=True)

    size: Text | None = Field(None, description="W*H, each 512 to 2048 pixels")
    width: int | None = Field(None, description="512 to 2048 pixels; goes with height, in place of size")
    height: int | None = Field(None, description="512 to 2048 pixels; goes with width, in place of size")
    seed: int = Field(RANDOM_SEED, description=f"0 to {MAX_SEED}, or -1 for a random one")
    enable_prompt_expansion: bool = Field(True, description="true or false")
    enable_base64_output: bool = Field(False, description="true: base64 in outputs, in place of addresses")
    enable_sync_mode: bool = Field(False, description="true: the answer waits for the picture")


class PredictionRequest(PredictionInputs):
    """A picture that is asked for."""

    prompt: Text = Field(description="what the image shows, in English or Chinese")
    webhook_url: Text | None = Field(
        None, description="the https URL that is told of the end; or the query parameter webhook"
    )


class Base64WithWebhookError(Exception):
    """A webhook carries no pictures."""


@dataclass(frozen=True, slots=True)
class Submission:
    """`is_sync`: the caller wants to wait for the end."""

    request: ImageRequest
    is_sync: bool


def known_model(name: str) -> Model:
    """By its id or an alias. Raises ApiError."""
    model = find_model(name)
    if model is None:
        known = ", ".join(model.id for model in MODELS)
        raise ApiError(404, "model_not_found", f"There is no such model; the models are: {known}")
    return model


def read_submission(
    name: str, body: bytes, webhook: str | None, tag: str | None, settings: Settings, own_host: str
) -> Submission:
    """`webhook` is the query parameter, `own_host` the API's. Raises ApiError, Base64WithWebhookError."""
    model, fields = known_model(name), read_body(PredictionRequest, body)
    url = _webhook_url(webhook, fields.webhook_url)
    if url is not None and fields.enable_base64_output:
        raise Base64WithWebhookError
    try:
        request = checked_inputs(model, fields, fields.prompt, settings)
        check_webhook_url(url, settings, own_host, field="webhook_url" if fields.webhook_url else "webhook")
    except InvalidRequestError as error:
        raise invalid_request(*error.problems) from None
    request = replace(
        request,
        webhook_url=url,
        webhook_format=WebhookFormat.PREDICTION,
        inline_output=fields.enable_base64_output,
        tag=tag,
    )
    return Submission(request, fields.enable_sync_mode)


def checked_inputs(model: Model, inputs: PredictionInputs, prompt: str, settings: Settings) -> ImageRequest:
    """Raises InvalidRequestError."""
    given = inputs.model_dump(include={"size", "width", "height", "seed", "enable_prompt_expansion"})
    return checked_request(
        Draft(model=model.id, prompt=prompt, **given), default_deadline_seconds=settings.job_deadline_seconds
    )


def _webhook_url(query: str | None, field: str | None) -> str | None:
    """An empty one is none. Raises ApiError where two different ones are given."""
    if query and field and query != field:
        problem = Problem("webhook_url", "differs from the query parameter webhook: give one of them")
        raise invalid_request(problem)
    return query or field or None
