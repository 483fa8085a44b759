"""The models on offer, as `GET /models` describes them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Model:
    model_id: str
    description: str
    default_size: str
    prompt_limit: int | None
    """Characters; None where its page names no limit."""
    median_seconds: float
    """Made up: no page gives inference times."""
    price_microusd: int


DREAMINA = Model(
    "bytedance/dreamina-v3.1/text-to-image",
    "Text-to-image with enhanced aesthetics and style accuracy.",
    default_size="1328*1328",
    prompt_limit=None,
    median_seconds=6.0,
    price_microusd=27_000,
)
SEEDREAM = Model(
    "bytedance/seedream-v3.1",
    "Text-to-image with upgraded visual effects; prompts in Chinese or English.",
    default_size="1024*1024",
    prompt_limit=800,
    median_seconds=4.5,
    price_microusd=24_000,  # made up: its page has no price
)
MODELS = {model.model_id: model for model in (DREAMINA, SEEDREAM)}


def listing(model: Model, price_microusd: int, server: str) -> dict[str, Any]:
    """One item of `GET /models`."""
    return {
        "model_id": model.model_id,
        "name": model.model_id,
        "description": model.description,
        "type": "text-to-image",
        "base_price": price_microusd / 1e6,
        "formula": "",
        "api_schema": {
            "api_schemas": [
                {
                    "type": "model_run",
                    "method": "POST",
                    "server": server,
                    "api_path": f"/api/v3/{model.model_id}",
                    "request_schema": _request_schema(model),
                }
            ]
        },
    }


def _request_schema(model: Model) -> dict[str, Any]:
    prompt: dict[str, Any] = {"type": "string", "description": "Prompt for the generation."}
    if model.prompt_limit:
        prompt["maxLength"] = model.prompt_limit
    return {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": prompt,
            "size": {
                "type": "string",
                "default": model.default_size,
                "description": "512 ~ 2048 per dimension",
            },
            "seed": {"type": "integer", "default": -1, "minimum": -1, "maximum": 2147483647},
            "enable_prompt_expansion": {"type": "boolean", "default": True},
            "enable_base64_output": {"type": "boolean", "default": False},
            "enable_sync_mode": {"type": "boolean", "default": False},
        },
    }
