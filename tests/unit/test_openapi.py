"""The OpenAPI document: complete against the template, sound in itself, its examples true to its schemas."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from darkroom.openapi.document import OPERATIONS, VERSION, document
from darkroom.openapi.operation import Operation
from darkroom.openapi.refusals import BAD_KEY, NO_ANSWER, THROTTLED, TOO_LARGE, Refusal, Shape, body_of
from darkroom.openapi.schemas import Schemas
from template.reading import ROOT, Template, read

DOCUMENT = document()


@pytest.fixture(scope="module")
def template() -> Template:
    return read()


def resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def check(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(whole).validate(value)


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON body of the document, asked and answered, with its place."""
    paths = {**DOCUMENT["paths"], **DOCUMENT["webhooks"]}
    for path, operations in paths.items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for name, body in bodies.items():
                content = resolved(body).get("content", {}).get("application/json")
                if content:
                    yield f"{method} {path} {name}", content


def test_every_route_of_the_template_is_described_and_no_other(template: Template) -> None:
    routes = {
        (event["Properties"]["Method"], event["Properties"]["Path"]): (name[0].lower() + name[1:])
        for function in template.functions.values()
        for name, event in (function.get("Events") or {}).items()
        if event["Type"] == "Api"
    }
    assert {(each.method, each.path): each.id for each in OPERATIONS} == routes


def test_the_open_routes_are_those_of_the_template(template: Template) -> None:
    open_paths = {
        event["Properties"]["Path"]
        for function in template.functions.values()
        for event in (function.get("Events") or {}).values()
        if event["Type"] == "Api" and "Auth" in event["Properties"]
    }
    assert {each.path for each in OPERATIONS if each.is_open} == open_paths
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            assert (operation.get("security") == []) == (path in open_paths)
            assert ("401" in operation["responses"]) == (
                path not in open_paths or path.startswith("/callbacks")
            )


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("UNAUTHORIZED", BAD_KEY),
        ("REQUEST_TOO_LARGE", TOO_LARGE),
        ("THROTTLED", THROTTLED),
        ("INTEGRATION_TIMEOUT", NO_ANSWER),
    ],
)
def test_what_the_gateway_answers_is_what_the_template_says(
    template: Template, name: str, refusal: Refusal
) -> None:
    response = template.of_type("AWS::Serverless::Api")["Api"]["GatewayResponses"][name]
    assert response["StatusCode"] == refusal.status
    assert json.loads(response["ResponseTemplates"]["application/json"]) == body_of(refusal, Shape.NATIVE)


@pytest.mark.parametrize(("place", "content"), list(contents()))
def test_every_example_is_true_to_its_schema(place: str, content: dict[str, Any]) -> None:
    if place == "get /openapi.json 200" or place.endswith("rotate request"):
        assert "examples" not in content
        return
    assert content["examples"]
    for example in content["examples"].values():
        check(content["schema"], example["value"])


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    text = json.dumps(DOCUMENT)
    for kind in ("schemas", "responses", "headers"):
        for name in DOCUMENT["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, f"{kind} {name} is used nowhere"
    for node in walk(DOCUMENT):
        if isinstance(node, dict) and "$ref" in node:
            assert resolved(node)


def walk(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, (dict, list)):
        for each in node.values() if isinstance(node, dict) else node:
            yield from walk(each)


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if each.body is not None and each.body.model is not None],
    ids=lambda operation: operation.id,
)
def test_a_request_model_takes_its_own_examples(operation: Operation) -> None:
    assert operation.body is not None
    model = operation.body.model
    assert model is not None
    for example in operation.body.examples.values():
        assert model.model_validate(example)


def test_links_name_operations_that_there_are() -> None:
    ids = {operation.id for operation in OPERATIONS}
    assert len(ids) == len(OPERATIONS)
    for operation in OPERATIONS:
        for answer in operation.answers:
            assert set(answer.links) <= ids


def test_the_version_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_two_kinds_of_one_name_are_refused() -> None:
    class JobRecord(BaseModel):
        pass

    from darkroom.record_shape import JobRecord as TheRecord

    schemas = Schemas()
    schemas.of(TheRecord)
    with pytest.raises(TypeError, match="two kinds"):
        schemas.of(JobRecord)


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _schemas(child)
    elif isinstance(node, list):
        for child in node:
            yield from _schemas(child)


def test_every_default_is_one_that_its_schema_allows() -> None:
    with_default = [
        each for each in _schemas(DOCUMENT) if "default" in each and ("type" in each or "anyOf" in each)
    ]
    assert with_default
    for schema in with_default:
        check(schema, schema["default"])
