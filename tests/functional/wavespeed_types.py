"""WaveSpeed's answers as its Go client would decode them: exact types, every field there, null nowhere."""

from dataclasses import dataclass
from typing import Any

Shape = Any
"""A type; a list of one shape; a dict of shapes by field, where `?name` may be missing; or a MapOf."""


@dataclass(frozen=True)
class MapOf:
    values: Shape


PREDICTION: dict[str, Shape] = {
    "id": str,
    "model": str,
    "outputs": [str],
    "urls": MapOf(str),
    "has_nsfw_contents": [bool],
    "status": str,
    "created_at": str,
    "error": str,
    "code": int,
    "timings": {"inference": int},
}
INPUT = {
    "prompt": str,
    "size": str,
    "seed": int,
    "enable_prompt_expansion": bool,
    "enable_base64_output": bool,
}
LISTED = {**PREDICTION, "input": INPUT}
DELIVERED = {**LISTED, "executionTime": int}
PAGE = {"page": int, "page_size": int, "items": [LISTED]}
DELETED = {"id": str, "status": str}
DELETED_COUNT = {"deleted_count": int}
_SCHEMA = {"type": str, "properties": MapOf(MapOf(object)), "required": [str]}
_API_SCHEMA = {"type": str, "method": str, "server": str, "api_path": str, "request_schema": _SCHEMA}
MODEL = {
    "model_id": str,
    "name": str,
    "description": str,
    "type": str,
    "?base_price": float,
    "formula": str,
    "api_schema": {"api_schemas": [_API_SCHEMA]},
}
PRICE = {
    "model_id": str,
    "price": float,
    "discounted_price": float,
    "discount_rate": float,
    "currency": str,
}
REFUSED = {"code": int, "message": str, "error_code": str, "data": {"?code": int}}


def enveloped(data: Shape) -> Shape:
    return {"code": int, "message": str, "data": data}


def check(value: object, shape: Shape, path: str = "$") -> None:
    """Raises AssertionError that names the place."""
    assert value is not None, f"{path} is null"
    if isinstance(shape, MapOf):
        assert isinstance(value, dict), f"{path} is no map"
        for name, inner in value.items():
            check(inner, shape.values, f"{path}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{path} is no list"
        for index, inner in enumerate(value):
            check(inner, shape[0], f"{path}[{index}]")
    elif isinstance(shape, dict):
        _check_fields(value, shape, path)
    elif shape is not object:
        assert type(value) is shape, f"{path} is {value!r}, no {shape.__name__}"


def _check_fields(value: object, shape: dict[str, Shape], path: str) -> None:
    assert isinstance(value, dict), f"{path} is no object"
    shapes = {name.removeprefix("?"): inner for name, inner in shape.items()}
    assert value.keys() <= shapes.keys(), f"{path} has {value.keys() - shapes.keys()}"
    missing = {name for name in shape if not name.startswith("?")} - value.keys()
    assert not missing, f"{path} lacks {missing}"
    for name, inner in value.items():
        check(inner, shapes[name], f"{path}.{name}")
