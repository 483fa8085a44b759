"""The JavaScript clients' environment: pinned, without addresses, and done without where Node is missing."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import javascript


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    javascript.node_version.cache_clear()
    yield
    javascript.node_version.cache_clear()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A PATH with nothing on it but these programs, each of which says one line."""

    def make(**programs: str) -> None:
        for name, said in programs.items():
            (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return make


@pytest.mark.parametrize("version", ["v20.20.2", "v24.0.0", "v100.1.0"])
def test_a_new_enough_node_is_found(machine: Callable[..., None], version: str) -> None:
    machine(node=version, npm="11.0.0")
    assert javascript.node_version() == version


@pytest.mark.parametrize(
    "programs",
    [
        {},
        {"npm": "10.0.0"},
        {"node": "v20.0.0"},
        {"node": "v18.20.1", "npm": "10.0.0"},
        {"node": "", "npm": ""},
    ],
)
def test_without_one_the_clients_are_left_out_and_it_is_said(
    machine: Callable[..., None], programs: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    machine(**programs)
    assert javascript.node_version() is None
    javascript.main()
    assert capsys.readouterr().out == (
        "Node 20 or newer with npm is not on the PATH: the JavaScript clients will not be run.\n"
    )


def test_versions_are_exact_and_the_lock_names_no_address() -> None:
    wanted = json.loads((javascript.FOLDER / "package.json").read_text())["dependencies"]
    lock = (javascript.FOLDER / "package-lock.json").read_text()
    locked = json.loads(lock)["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert "http" not in lock
    for path, package in locked.items():
        if path:
            assert package["integrity"].startswith("sha512-")
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
