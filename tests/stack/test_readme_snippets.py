"""The README's snippet for each face, run as it stands there."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from stack.conftest import Stack
from template.reading import ROOT

_SNIPPETS = dict(
    re.findall(r"<!-- (\w+) -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
)

Run = Callable[[str], dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> Run:
    """Runs the snippet of a face and gives back the names that it left."""
    monkeypatch.setenv("API_URL", stack.state["api_url"])
    monkeypatch.setenv("API_KEY", stack.state["api_key"])

    def run(face: str) -> dict[str, Any]:
        names: dict[str, Any] = {}
        exec(_SNIPPETS[face], names)
        return names

    return run


def test_every_face_has_its_snippet() -> None:
    assert set(_SNIPPETS) == {"native", "wavespeed", "openai"}


def test_the_native_snippet_downloads_the_picture(run: Run, stack: Stack) -> None:
    names = run("native")
    [output] = stack.api.job(names["job"].id)["outputs"]
    assert len(names["picture"]) == output["bytes"]


def test_the_wavespeed_snippet_prints_the_pictures_address(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("wavespeed")
    assert capsys.readouterr().out.startswith("http")


def test_the_openai_snippet_prints_two_addresses(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("openai")
    first, second = capsys.readouterr().out.split()
    assert first != second
