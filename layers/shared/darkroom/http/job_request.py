"""The body of `POST /v1/jobs`: its schema, and the way from bytes to a checked request."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from darkroom.http.errors import invalid_request
from darkroom.http.json_body import Text, read_body
from darkroom.http.webhook_url import check_webhook_url
from darkroom.jobs.catalogue import MAX_SEED, RANDOM_SEED
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.rules import (
    MAX_DEADLINE_SECONDS,
    MAX_METADATA_PAIRS,
    MAX_TAG_CHARACTERS,
    MIN_DEADLINE_SECONDS,
    Draft,
    InvalidRequestError,
    checked_request,
)
from darkroom.settings import Settings


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
    priority: Literal["low", "normal", "high"] = Field(
        "normal", description="which of your own jobs go first where they wait for upstream's limits"
    )


def parse_request(body: bytes, settings: Settings, own_host: str) -> ImageRequest:
    """Raises ApiError with every problem that was found, each with its field. `own_host` is the API's."""
    fields = read_body(JobRequest, body)
    try:
        request = checked_request(
            Draft(**fields.model_dump()), default_deadline_seconds=settings.job_deadline_seconds
        )
        check_webhook_url(request.webhook_url, settings, own_host)
    except InvalidRequestError as error:
        raise invalid_request(*error.problems) from None
    return request
