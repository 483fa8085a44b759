"""The rules on requests as JSON Schema, where the models check them in code: by the name of the field."""

from typing import Any

from darkroom.faces.aigateway.sub_account_request import MAX_NAME_CHARACTERS
from darkroom.faces.wavespeed.moments import LATEST_SECONDS
from darkroom.faces.wavespeed.prediction import STATUS_WORDS
from darkroom.http.upstream_key import MAX_KEY_CHARACTERS, MIN_KEY_CHARACTERS
from darkroom.jobs.catalogue import MAX_SEED, MODELS, RANDOM_SEED
from darkroom.jobs.rules import (
    MAX_DEADLINE_SECONDS,
    MAX_METADATA_KEY_CHARACTERS,
    MAX_METADATA_PAIRS,
    MAX_METADATA_VALUE_CHARACTERS,
    MAX_TAG_CHARACTERS,
    MIN_DEADLINE_SECONDS,
)

Schema = dict[str, Any]

MODEL_NAMES = [name for model in MODELS for name in (model.id, *model.aliases)]
PROMPT_CHARACTERS = max(model.prompt_max_characters for model in MODELS)
NO_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$"
_SIDE_PIXELS = "(0{0,3}(51[2-9]|5[2-9][0-9]|[6-9][0-9]{2})|0{0,2}(1[0-9]{3}|20[0-3][0-9]|204[0-8]))"
"""512 to 2048, in up to six digits."""
_SIZE = f"{_SIDE_PIXELS}[*xX]{_SIDE_PIXELS}"
_MOMENT = (
    r"[0-9]{1,12}(\.[0-9]{1,9})?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
WEBHOOK_URL_OR_NONE: Schema = {"maxLength": 2048, "pattern": "^(https://.*)?$"}
"""WaveSpeed's clients send an empty one for none."""
_TIME: Schema = {"pattern": f"^({_MOMENT})?$", "minimum": 0, "maximum": LATEST_SECONDS}
_SIDE: Schema = {"minimum": 512, "maximum": 2048}

_EVERYWHERE: dict[str, Schema] = {
    "model": {"enum": MODEL_NAMES},
    "model_id": {"enum": MODEL_NAMES},
    "prompt": {
        "minLength": 1,
        "maxLength": PROMPT_CHARACTERS,
        "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
    },
    "size": {"pattern": f"^{_SIZE}$"},
    "width": _SIDE,
    "height": _SIDE,
    "seed": {"minimum": RANDOM_SEED, "maximum": MAX_SEED},
    "webhook_url": {"maxLength": 2048, "pattern": "^https://"},
    "metadata": {
        "maxProperties": MAX_METADATA_PAIRS,
        "propertyNames": {"minLength": 1, "maxLength": MAX_METADATA_KEY_CHARACTERS},
        "additionalProperties": {"type": "string", "maxLength": MAX_METADATA_VALUE_CHARACTERS},
    },
    "tag": {"minLength": 1, "maxLength": MAX_TAG_CHARACTERS, "pattern": NO_CONTROL},
    "deadline_seconds": {"minimum": MIN_DEADLINE_SECONDS, "maximum": MAX_DEADLINE_SECONDS},
    "name": {"minLength": 1, "maxLength": MAX_NAME_CHARACTERS, "pattern": NO_CONTROL},
    "api_key": {"pattern": rf"^[\u0021-\u007e]{{{MIN_KEY_CHARACTERS},{MAX_KEY_CHARACTERS}}}$"},
}
_NUMBER = frozenset({"minimum", "maximum"})
_WORDS: dict[str, frozenset[str]] = {
    "string": frozenset({"enum", "pattern", "minLength", "maxLength"}),
    "integer": _NUMBER,
    "number": _NUMBER,
    "object": frozenset({"maxProperties", "propertyNames", "additionalProperties"}),
}
"""The keywords that each kind can have."""
_IN: dict[str, dict[str, Schema]] = {
    "ImagesRequest": {"size": {"pattern": f"^(auto|{_SIZE})$"}, "model": {"enum": ["", *MODEL_NAMES]}},
    "PredictionRequest": {"webhook_url": WEBHOOK_URL_OR_NONE},
    "PredictionQuery": {
        "model": {"enum": ["", *MODEL_NAMES]},
        "status": {"enum": ["", *dict.fromkeys(STATUS_WORDS.values())]},
        "created_after": _TIME,
        "created_before": _TIME,
    },
}
_SIZE_OR_SIDES: list[Schema] = [
    {"properties": {"width": {"type": "null"}, "height": {"type": "null"}}},
    {
        "properties": {"size": {"type": "null"}, "width": {"type": "integer"}, "height": {"type": "integer"}},
        "required": ["width", "height"],
    },
]


def limited(name: str, schema: Schema) -> Schema:
    """The model's schema with the limits of its fields."""
    fields = schema["properties"]
    limits = {**_EVERYWHERE, **_IN.get(name, {})}
    bounded = {key: _bounded(field, limits[key]) if key in limits else field for key, field in fields.items()}
    both_ways = {"anyOf": _SIZE_OR_SIDES} if "width" in fields else {}
    return {**schema, "properties": bounded, **both_ways}


def _bounded(field: Schema, limits: Schema) -> Schema:
    """Where a field may be of several kinds, each takes the limits that its kind can have."""
    if "anyOf" in field:
        return {**field, "anyOf": [_bounded(kind, limits) for kind in field["anyOf"]]}
    words = _WORDS.get(field.get("type", ""), frozenset())
    return {**field, **{word: value for word, value in limits.items() if word in words}}
