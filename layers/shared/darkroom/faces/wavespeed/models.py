"""The catalogue as `GET /api/v3/models` lists it, and a price as `POST /api/v3/model/price` answers it."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from darkroom.jobs.catalogue import MAX_SEED, RANDOM_SEED, Model
from darkroom.jobs.money import MICROUSD


class RequestSchema(TypedDict):
    """JSON Schema of a submit's body."""

    type: Literal["object"]
    properties: dict[str, dict[str, Any]]
    required: list[str]


class ApiSchema(TypedDict):
    type: Literal["model_run"]
    method: Literal["POST"]
    server: Annotated[str, "where this API is reached"]
    api_path: str
    request_schema: RequestSchema


class ApiSchemas(TypedDict):
    api_schemas: list[ApiSchema]


class ListedModel(TypedDict):
    model_id: str
    name: str
    description: str
    type: Literal["text-to-image"]
    base_price: NotRequired[Annotated[float, "US dollars an image; left out while nobody has said it"]]
    formula: Annotated[str, "always empty: the price of an image hangs on nothing else"]
    api_schema: ApiSchemas


class Price(TypedDict):
    model_id: str
    price: Annotated[float, "US dollars for the inputs"]
    discounted_price: Annotated[float, "the same: there are no discounts"]
    discount_rate: float
    currency: Literal["USD"]


def listed_model(model: Model, price_microusd: int | None, base_url: str) -> ListedModel:
    listed: ListedModel = {
        "model_id": model.id,
        "name": model.name,
        "description": model.description,
        "type": "text-to-image",
        "formula": "",
        "api_schema": {"api_schemas": [_api_schema(model, base_url)]},
    }
    if price_microusd is not None:
        listed["base_price"] = price_microusd / MICROUSD
    return listed


def price_of(model: Model, price_microusd: int) -> Price:
    price = price_microusd / MICROUSD
    return {
        "model_id": model.id,
        "price": price,
        "discounted_price": price,
        "discount_rate": 0.0,
        "currency": "USD",
    }


def _api_schema(model: Model, base_url: str) -> ApiSchema:
    return {
        "type": "model_run",
        "method": "POST",
        "server": base_url,
        "api_path": f"/api/v3/{model.id}",
        "request_schema": {"type": "object", "properties": _properties(model), "required": ["prompt"]},
    }


def _properties(model: Model) -> dict[str, dict[str, Any]]:
    from darkroom.faces.wavespeed.submission import PredictionInputs  # loads pydantic

    side = {"type": "integer", "minimum": model.min_pixels, "maximum": model.max_pixels}
    flag: dict[str, Any] = {"type": "boolean"}
    says = {name: field.description for name, field in PredictionInputs.model_fields.items()}
    width, height = model.default_size
    schemas: dict[str, dict[str, Any]] = {
        "size": {"type": "string", "default": f"{width}*{height}"},
        "width": side,
        "height": side,
        "seed": {"type": "integer", "default": RANDOM_SEED, "minimum": RANDOM_SEED, "maximum": MAX_SEED},
        "enable_prompt_expansion": {**flag, "default": True},
        "enable_base64_output": {**flag, "default": False},
        "enable_sync_mode": {**flag, "default": False},
    }
    prompt = {
        "type": "string",
        "description": "what the image shows",
        "maxLength": model.prompt_max_characters,
    }
    return {
        "prompt": prompt,
        **{name: {**schema, "description": says[name]} for name, schema in schemas.items()},
    }
