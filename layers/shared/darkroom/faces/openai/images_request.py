"""The body of `POST /v1/images/generations`: its schema, and the way from bytes to one request a picture."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from darkroom.faces.openai.answer_size import check_inline_fits
from darkroom.http.errors import ApiError
from darkroom.http.json_body import Text, read_body
from darkroom.http.webhook_url import check_webhook_url
from darkroom.jobs.catalogue import MAX_SEED, MODELS, RANDOM_SEED, find_model
from darkroom.jobs.request import ImageRequest, Priority
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
from darkroom.settings import Settings

MAX_IMAGES = 10

IGNORED_FIELDS = (
    "quality",
    "style",
    "background",
    "moderation",
    "output_format",
    "output_compression",
    "partial_images",
    "user",
    "safety_identifier",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "svg",
)
"""What the client types and upstream has no word for: taken, and named in the header `x-ignored-fields`."""
_NO_MEANING = "has no meaning for these models: ignored, and named in the header x-ignored-fields"


def _is_bool(given: object) -> object:
    """A literal is compared by its value, and 0 equals False."""
    if given is not None and not isinstance(given, bool):
        raise ValueError("must be a boolean")
    return given


NoStream = Annotated[Literal[False], BeforeValidator(_is_bool)]


class ImagesRequest(BaseModel):
    """Fields of other names are refused. Those after `stream` come through the client's `extra_body`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: Text = Field(description="what the image shows, in English or Chinese")
    model: Text | None = Field(None, description="a model's id or alias; null for the stack's default")
    n: int | None = Field(None, ge=1, le=MAX_IMAGES, description=f"pictures to make, 1 to {MAX_IMAGES}")
    size: Text | None = Field(
        None, description="WxH or W*H, each 512 to 2048 pixels; auto or null for the model's default"
    )
    response_format: Literal["url", "b64_json"] | None = Field(None, description="url (default) or b64_json")
    quality: Text | None = Field(None, description=_NO_MEANING)
    style: Text | None = Field(None, description=_NO_MEANING)
    background: Text | None = Field(None, description=_NO_MEANING)
    moderation: Text | None = Field(None, description=_NO_MEANING)
    output_format: Text | None = Field(None, description=_NO_MEANING)
    output_compression: int | None = Field(None, description=_NO_MEANING)
    partial_images: int | None = Field(None, description=_NO_MEANING)
    user: Text | None = Field(None, description=_NO_MEANING)
    safety_identifier: Text | None = Field(None, description=_NO_MEANING)
    complexity: Text | None = Field(None, description=_NO_MEANING)
    frame_count: int | None = Field(None, description=_NO_MEANING)
    frame_duration_ms: int | None = Field(None, description=_NO_MEANING)
    svg: dict[str, Any] | None = Field(None, description=_NO_MEANING)
    stream: NoStream | None = Field(None, description="false or null: pictures are not streamed")
    seed: int = Field(
        RANDOM_SEED, description=f"0 to {MAX_SEED}, or -1 for a random one; picture i of n has seed + i"
    )
    enable_prompt_expansion: bool = Field(True, description="true or false")
    webhook_url: Text | None = Field(None, description="the https URL that is told of each picture's end")
    metadata: dict[Text, Text] | None = Field(
        None, description=f"an object of at most {MAX_METADATA_PAIRS} strings"
    )
    tag: Text | None = Field(
        None, description=f"1 to {MAX_TAG_CHARACTERS} characters; else the header x-aig-tag"
    )
    deadline_seconds: int | None = Field(
        None, description=f"{MIN_DEADLINE_SECONDS} to {MAX_DEADLINE_SECONDS} seconds"
    )
    priority: Literal["low", "normal", "high"] | None = Field(
        None, description="which of your own jobs go first where they wait for upstream's limits"
    )


@dataclass(frozen=True, slots=True)
class ImagesCall:
    """`requests` is one a picture; `ignored` names the fields that were given and mean nothing here."""

    requests: tuple[ImageRequest, ...]
    inline: bool
    ignored: tuple[str, ...]


def parse_images_call(body: bytes, settings: Settings, own_host: str, tag: str | None) -> ImagesCall:
    """Raises ApiError: 404 for an unknown model, 400 with all problems of the rest. `tag` is the header's."""
    try:
        fields = read_body(ImagesRequest, body)
    except ApiError as error:
        raise _as_bad_request(error) from None
    try:
        call = _call(fields, settings, tag)
        check_webhook_url(call.requests[0].webhook_url, settings, own_host)
    except InvalidRequestError as error:
        raise _bad_request(*error.problems) from None
    return call


def _call(fields: ImagesRequest, settings: Settings, tag: str | None) -> ImagesCall:
    parts, inline = fields.n or 1, fields.response_format == "b64_json"
    first = checked_request(
        Draft(
            model=_known_model(fields.model or settings.default_model),
            prompt=fields.prompt,
            size=None if fields.size == "auto" else fields.size,
            seed=fields.seed,
            enable_prompt_expansion=fields.enable_prompt_expansion,
            webhook_url=fields.webhook_url,
            metadata=fields.metadata,
            tag=tag if fields.tag is None else fields.tag,
            deadline_seconds=fields.deadline_seconds,
            priority=fields.priority or Priority.NORMAL,
        ),
        default_deadline_seconds=settings.job_deadline_seconds,
    )
    if first.seed + parts - 1 > MAX_SEED:
        largest = MAX_SEED - parts + 1
        raise InvalidRequestError(Problem("seed", f"must be at most {largest} for {parts} pictures"))
    if inline:
        check_inline_fits(first.width, first.height, parts)
    requests = tuple(_part(replace(first, inline_output=inline), part, parts) for part in range(parts))
    ignored = tuple(name for name in IGNORED_FIELDS if getattr(fields, name) is not None)
    return ImagesCall(requests, inline, ignored)


def _part(request: ImageRequest, part: int, parts: int) -> ImageRequest:
    """A seed counts up, or the pictures would be the same; a random one stays random."""
    if parts == 1:
        return request
    seed = request.seed if request.seed == RANDOM_SEED else request.seed + part
    return replace(request, seed=seed, part=f"{part + 1}/{parts}")


def _known_model(name: str) -> str:
    if find_model(name) is None:
        known = ", ".join(model.id for model in MODELS)
        text = f"The model {name!r} does not exist; the models are: {known}."
        raise ApiError(404, "model_not_found", text, problems=(Problem("model", "unknown model"),))
    return name


def _bad_request(*problems: Problem) -> ApiError:
    text = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
    return ApiError(400, "invalid_parameter", text, problems=problems)


def _as_bad_request(error: ApiError) -> ApiError:
    """Where the native API says 422, OpenAI says 400."""
    return _bad_request(*error.problems) if error.status == 422 else error
