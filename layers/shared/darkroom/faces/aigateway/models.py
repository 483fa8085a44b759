"""The catalogue as `GET /v1/models` lists it: OpenAI's fields, and beside them what a request may be."""

from typing import Annotated, Final, Literal, TypedDict

from darkroom.jobs.catalogue import MODELS, Model
from darkroom.jobs.money import MICROUSD

MODALITY: Final = "image"


class Sizes(TypedDict):
    """`WxH` in pixels; `min` and `max` hold for each side by itself."""

    default: str
    min: str
    max: str


class PromptLimits(TypedDict):
    max_characters: int
    advised_characters: Annotated[int | None, "above it pictures tend to get worse; null: nothing is advised"]


class Pricing(TypedDict):
    usd_per_image: Annotated[float | Literal["unknown"], 'US dollars; "unknown" where nobody has said it']


class ModelAnswer(TypedDict):
    id: str
    object: Literal["model"]
    created: Annotated[int, "since when the catalogue has it, in Unix seconds"]
    owned_by: Annotated[str, "who made the model"]
    name: str
    description: str
    modality: Literal["image"]
    provider: Annotated[str, "the same as owned_by"]
    aliases: Annotated[list[str], "other names that requests may use"]
    sizes: Sizes
    prompt: PromptLimits
    pricing: Pricing


class ModelList(TypedDict):
    object: Literal["list"]
    data: list[ModelAnswer]


def models_of(modality: str | None, provider: str | None) -> list[Model]:
    """Those that match both where they are given; an unknown value matches none."""
    return [
        model
        for model in MODELS
        if modality in (None, MODALITY) and (provider is None or provider.lower() == model.provider)
    ]


def model_answer(model: Model, price_microusd: int | None) -> ModelAnswer:
    return {
        "id": model.id,
        "object": "model",
        "created": model.added_at,
        "owned_by": model.provider,
        "name": model.name,
        "description": model.description,
        "modality": MODALITY,
        "provider": model.provider,
        "aliases": list(model.aliases),
        "sizes": {
            "default": "x".join(map(str, model.default_size)),
            "min": f"{model.min_pixels}x{model.min_pixels}",
            "max": f"{model.max_pixels}x{model.max_pixels}",
        },
        "prompt": {
            "max_characters": model.prompt_max_characters,
            "advised_characters": model.prompt_advised_characters,
        },
        "pricing": {"usd_per_image": "unknown" if price_microusd is None else price_microusd / MICROUSD},
    }
