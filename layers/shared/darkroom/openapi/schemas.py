"""JSON Schema of what is asked and answered: of TypedDicts here, of request models by pydantic."""

import types
from enum import Enum
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import BaseModel

from darkroom.openapi.limits import limited

Schema = dict[str, Any]

_REF = "#/components/schemas/"
_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
}


class Schemas:
    """Named ones stand once in `components`, and are referred to everywhere else; so do whole responses."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self.responses: dict[str, Schema] = {}
        self._sources: dict[str, Any] = {}

    def of(self, kind: Any) -> Schema:
        """Of a TypedDict, a request model or a plain type. Raises TypeError for anything else."""
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._named(kind, lambda: self._of_model(kind))
        if is_typeddict(kind):
            return self._named(kind, lambda: self._of_typed_dict(kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"type": "string", "enum": [each.value for each in kind]}
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        return self._of_generic(kind)

    def _named(self, kind: Any, make: Any) -> Schema:
        name = kind.__name__
        if name not in self._sources:
            self._sources[name] = kind
            self.components[name] = make()
        if self._sources[name] is not kind:
            raise TypeError(f"two kinds are called {name}")
        return {"$ref": _REF + name}

    def _of_generic(self, kind: Any) -> Schema:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            notes = [note for note in arguments[1:] if isinstance(note, str)]
            return {**self.of(arguments[0]), **({"description": _sentence(notes[0])} if notes else {})}
        if origin in (Required, NotRequired):
            return self.of(arguments[0])
        if origin in (Union, types.UnionType):
            return _any_of([self.of(each) for each in arguments])
        if origin is Literal:
            return _literal(arguments)
        if origin is list:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        raise TypeError(f"{kind} has no schema")

    def _of_typed_dict(self, kind: Any) -> Schema:
        hints = get_type_hints(kind, include_extras=True)
        schema: Schema = {
            "type": "object",
            "properties": {name: self.of(hint) for name, hint in hints.items()},
            "required": [name for name in hints if name in kind.__required_keys__],
        }
        return {**schema, **({"description": kind.__doc__} if kind.__doc__ else {})}

    def _of_model(self, kind: type[BaseModel]) -> Schema:
        schema = _untitled(kind.model_json_schema(ref_template=_REF + "{model}"))
        for name, inner in schema.pop("$defs", {}).items():
            self.components[name] = limited(name, inner)
        return limited(kind.__name__, schema)


def _any_of(schemas: list[Schema]) -> Schema:
    if all(schema.keys() == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"anyOf": schemas}


def _literal(values: tuple[Any, ...]) -> Schema:
    kind = _PLAIN[type(values[0])]["type"]
    return {"type": kind, **({"const": values[0]} if len(values) == 1 else {"enum": list(values)})}


def _untitled(schema: Any) -> Any:
    """Pydantic gives each field its own name as a title; a field that is called `title` would stay."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _untitled(value)
        for name, value in schema.items()
        if name != "title" or not isinstance(value, str)
    }


def _sentence(note: str) -> str:
    return note[0].upper() + note[1:] + "."
