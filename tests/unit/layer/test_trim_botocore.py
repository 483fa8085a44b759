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


def test_clients_are_made_of_what_is_left(trimmed: Path) -> None:
    session = botocore.session.get_session()
    session.register_component(
        "data_loader", Loader(extra_search_paths=[str(trimmed)], include_default_search_paths=False)
    )
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
