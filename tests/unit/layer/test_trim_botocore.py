"""What is left of botocore's data is what darkroom calls: all of it, and nothing else."""

import ast
import gzip
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader

import darkroom
from darkroom.aws.clients import Clients
from trim_botocore import OPERATIONS, trim, trimmed_model

DATA = Path(botocore.__file__).parent / "data"
PACKAGE = Path(darkroom.__file__).parent


@cache
def model_of(service: str) -> dict[str, Any]:
    newest = max((DATA / service).iterdir())
    model: dict[str, Any] = json.loads(gzip.decompress((newest / "service-2.json.gz").read_bytes()))
    return model


@cache
def called_names() -> set[str]:
    """The names of all methods that are called anywhere in the package."""
    trees = [ast.parse(file.read_text()) for file in PACKAGE.rglob("*.py") if "admin" not in file.name]
    return {
        node.func.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("botocore") / "data"
    shutil.copytree(DATA, data, ignore=_others)
    trim(data)
    return data


def _others(folder: str, names: list[str]) -> set[str]:
    """The 400 services that go anyway; one of them stays, to be seen going."""
    if Path(folder) != DATA:
        return set()
    return {name for name in names if (DATA / name).is_dir()} - OPERATIONS.keys() - {"account"}


@pytest.mark.parametrize("service", sorted(OPERATIONS.keys() - {"sts"}))
def test_every_operation_that_is_called_is_left_and_no_other(service: str) -> None:
    called = {name for name in model_of(service)["operations"] if xform_name(name) in called_names()}
    others = {
        name for other in OPERATIONS.keys() - {service, "sts"} for name in model_of(other)["operations"]
    }
    assert set(OPERATIONS[service]) <= called
    assert called - set(OPERATIONS[service]) <= others


@pytest.fixture
def session(trimmed: Path) -> botocore.session.Session:
    session = botocore.session.get_session()
    session.set_credentials("testing", "testing")
    session.register_component(
        "data_loader", Loader(extra_search_paths=[str(trimmed)], include_default_search_paths=False)
    )
    return session


def test_every_operation_makes_the_request_that_it_makes_of_all_the_data(
    session: botocore.session.Session,
) -> None:
    whole = botocore.session.get_session()
    whole.set_credentials("testing", "testing")
    for service, operations in OPERATIONS.items():
        ours, theirs = (_client(each, service) for each in (session, whole))
        for operation in operations:
            method = xform_name(operation)
            required = theirs.meta.service_model.operation_model(operation).input_shape
            parameters = (
                {name: _any(required.members[name]) for name in required.required_members} if required else {}
            )
            assert _unsigned(ours, method, parameters) == _unsigned(theirs, method, parameters)


def _client(session: botocore.session.Session, service: str) -> Any:
    """With the settings that darkroom gives its clients."""
    clients = Clients("eu-central-1")
    clients._session = session
    return getattr(clients, service) if service != "sts" else session.create_client(service, "eu-central-1")


def _any(shape: Any) -> Any:
    """A value of its kind."""
    match shape.type_name:
        case "structure":
            return {name: _any(shape.members[name]) for name in shape.required_members}
        case "list":
            return [_any(shape.member)]
        case "map":
            return {"key-of-some-length": _any(shape.value)}
        case "integer" | "long":
            return 1
        case "boolean":
            return True
    return shape.enum[0] if shape.enum else "text-of-some-length-that-all-take"


def _unsigned(client: Any, method: str, parameters: dict[str, Any]) -> str:
    """The address that it would go to: the endpoint's rules and the model's path are in it."""
    return str(client.generate_presigned_url(method, parameters)).partition("?")[0]


def test_clients_are_made_of_what_is_left(session: botocore.session.Session) -> None:
    for service, operations in OPERATIONS.items():
        client = session.create_client(service, region_name="eu-central-1")
        assert set(client.meta.method_to_api_mapping.values()) == set(operations)
        assert client.meta.endpoint_url.startswith(f"https://{service}.eu-central-1.amazonaws.com")


def test_other_services_are_gone(trimmed: Path) -> None:
    assert {path.name for path in trimmed.iterdir() if path.is_dir()} == set(OPERATIONS)


def test_shapes_and_errors_of_an_operation_stay_as_they_were() -> None:
    model = model_of("dynamodb")
    left = trimmed_model(model, ("PutItem",))
    assert "ConditionalCheckFailedException" in left["shapes"]
    assert "AttributeValue" in left["shapes"]
    assert "BackupDetails" in model["shapes"]
    assert "BackupDetails" not in left["shapes"]


def test_an_operation_that_botocore_does_not_know_fails_the_build() -> None:
    with pytest.raises(KeyError):
        trimmed_model(model_of("sqs"), ("SendMesage",))
