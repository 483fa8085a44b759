"""Run by the layer's Makefile: leaves in botocore's data only what darkroom calls, without documentation.

Each cold start reads these files. Usage: python trim_botocore.py BOTOCORE_DATA_FOLDER
"""

import gzip
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPERATIONS = {
    "dynamodb": (
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    ),
    "s3": ("GetObject", "PutObject"),
    "secretsmanager": ("CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "UpdateSecret"),
    "sqs": ("ChangeMessageVisibility", "SendMessage", "SendMessageBatch"),
    "ssm": ("GetParameter", "PutParameter"),
    "sts": ("AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"),
}
"""By service. STS is botocore's own, for credentials."""
_ERRORS_OF_NO_OPERATION = {"s3": ("NoSuchBucket",)}
"""Shapes that clients make exceptions of, and no operation names."""


def trim(data: Path) -> None:
    """Raises KeyError for an operation or a service that botocore does not know."""
    for folder in [path for path in data.iterdir() if path.is_dir() and path.name not in OPERATIONS]:
        shutil.rmtree(folder)
    for service, operations in OPERATIONS.items():
        newest = max((data / service).iterdir())
        for version in [path for path in (data / service).iterdir() if path != newest]:
            shutil.rmtree(version)
        _trim_service(service, newest, operations)
    _rewrite(data / "endpoints.json", trimmed_endpoints)


def _trim_service(service: str, folder: Path, operations: tuple[str, ...]) -> None:
    for file in list(folder.iterdir()):
        if file.name.startswith(("paginators", "waiters", "examples")):
            file.unlink()
    _rewrite(
        folder / "service-2.json.gz",
        lambda model: trimmed_model(model, operations, _ERRORS_OF_NO_OPERATION.get(service, ())),
    )
    _rewrite(folder / "endpoint-rule-set-1.json.gz", lambda rules: rules)


def trimmed_model(
    model: dict[str, Any], operations: tuple[str, ...], further_shapes: tuple[str, ...] = ()
) -> dict[str, Any]:
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    wanted = [*_shapes_of(kept), *further_shapes]
    while wanted:
        name = wanted.pop()
        if name not in shapes and name in model["shapes"]:
            shapes[name] = model["shapes"][name]
            wanted += _shapes_of(shapes[name])
    # What else there is stays whole: botocore reads the documentation of a client's own parameters
    return {**model, **_undocumented({"operations": kept, "shapes": shapes})}


def trimmed_endpoints(endpoints: dict[str, Any]) -> dict[str, Any]:
    """Partitions and regions stay: endpoints come of the services' rules, the list of regions from here."""
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in OPERATIONS if name in services}
    return endpoints


def _shapes_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _shapes_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes_of(inner)


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _undocumented(inner)
            for name, inner in value.items()
            if not (name == "documentation" and isinstance(inner, str))
        }
    return [_undocumented(inner) for inner in value] if isinstance(value, list) else value


def _rewrite(file: Path, change: Any) -> None:
    """Uncompressed: it is small now, and quicker to read. The layer's archive compresses it."""
    content = file.read_bytes()
    value = json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
    file.unlink()
    plain = file.with_suffix("") if file.suffix == ".gz" else file
    plain.write_text(json.dumps(change(value), separators=(",", ":")))


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
