"""What is said of a route: the table's row, and how it is written in the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from darkroom.openapi.refusals import Refusal, Shape, refusal_answers, with_unknown_parameter
from darkroom.openapi.schemas import Schema, Schemas

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`place` is path, query or header."""

    name: str
    place: str
    description: str
    schema: Schema
    example: Any = None

    def written(self) -> dict[str, Any]:
        required = {"required": True} if self.place == "path" else {}
        example = {} if self.example is None else {"example": self.example}
        about = {"name": self.name, "in": self.place, "description": self.description}
        return {**about, **required, "schema": self.schema, **example}


@dataclass(frozen=True, slots=True)
class Body:
    """`model` is a pydantic model; None: any JSON. Where it is not `required`, nothing may be sent."""

    model: type[BaseModel] | None
    examples: Mapping[str, Any]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """`kind` is a TypedDict or a plain type; None: what the media type says, such as a picture's bytes."""

    status: int
    description: str
    kind: Any = None
    example: Any = None
    headers: tuple[str, ...] = ()
    media: tuple[str, ...] = (JSON,)
    links: Mapping[str, str] = field(default_factory=dict)
    """Further operations by their ids, with where in the body their parameter `id` stands."""
    enveloped: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is the template's; `id` is the logical id of its event there, in lower camel case."""

    method: str
    path: str
    id: str
    tag: str
    summary: str
    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...] = ()
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    is_open: bool = False
    any_query: bool = False
    """Parameters that are not listed are passed over; the API's own routes refuse them."""
    shape: Shape = Shape.NATIVE

    @property
    def documented_path(self) -> str:
        """OpenAPI has no greedy parameters."""
        return self.path.replace("+}", "}")

    def written(self, schemas: Schemas) -> dict[str, Any]:
        parameters = [parameter.written() for parameter in self.parameters]
        refused = refusal_answers(
            self.refusals if self.any_query else with_unknown_parameter(self.refusals),
            self.shape,
            schemas,
            has_body=self.body is not None,
            is_open=self.is_open,
        )
        answered = {str(answer.status): _answer(answer, schemas) for answer in self.answers}
        return {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            **({"description": self.description} if self.description else {}),
            **({"parameters": parameters} if parameters else {}),
            **({"requestBody": _body(self.body, schemas)} if self.body else {}),
            "responses": _merged(answered, refused),
            **({"security": []} if self.is_open else {}),
        }


def _body(body: Body, schemas: Schemas) -> dict[str, Any]:
    schema = (
        {"type": "object", "additionalProperties": False} if body.model is None else schemas.of(body.model)
    )
    examples = {name: {"value": value} for name, value in body.examples.items()}
    content = {"schema": schema, **({"examples": examples} if examples else {})}
    return {"required": body.required, "content": {JSON: content}}


def _answer(answer: Answer, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.of(answer.kind) if answer.kind is not None else None
    example = answer.example
    if answer.enveloped:
        schema, example = _envelope(schema), {"code": 200, "message": "success", "data": example}
    content: dict[str, Any] = {**({"schema": schema} if schema else {})}
    if answer.example is not None:
        content["examples"] = {"example": {"value": example}}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in (*answer.headers, "x-request-id")}
    return {
        "description": answer.description,
        "headers": headers,
        **({"content": dict.fromkeys(answer.media, content)} if answer.media else {}),
        **({"links": _links(answer.links)} if answer.links else {}),
    }


def _envelope(data: Schema | None) -> Schema:
    return {
        "type": "object",
        "properties": {
            "code": {"type": "integer", "const": 200},
            "message": {"type": "string", "const": "success"},
            "data": data,
        },
        "required": ["code", "message", "data"],
    }


def _links(links: Mapping[str, str]) -> dict[str, Any]:
    return {
        operation: {"operationId": operation, "parameters": {"id": f"$response.body#{pointer}"}}
        for operation, pointer in links.items()
    }


def _merged(answered: dict[str, Any], refused: dict[str, Any]) -> dict[str, Any]:
    both: Sequence[str] = sorted(answered.keys() & refused.keys())
    if both:
        raise ValueError(f"answer and refusal have one status: {both}")
    return {status: (answered | refused)[status] for status in sorted(answered | refused)}
