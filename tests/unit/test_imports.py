"""Who knows whom: what lies deeper knows nothing of the faces."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import darkroom

PACKAGE = Path(darkroom.__file__).parent
DEEPER = ("jobs", "usecases", "aws", "net", "http", "pictures", "wavespeed")


def knows_faces(file: Path) -> bool:
    return any(name.startswith("darkroom.faces") for name in imported(file))


def imported(file: Path) -> Iterator[str]:
    """Wherever in the file it is imported."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("folder", DEEPER)
def test_what_lies_deeper_knows_no_face(folder: str) -> None:
    files = sorted((PACKAGE / folder).glob("*.py"))
    assert files
    assert [file.name for file in files if knows_faces(file)] == []


def test_an_import_of_a_face_is_seen_where_there_is_one() -> None:
    assert knows_faces(PACKAGE / "wiring.py")
