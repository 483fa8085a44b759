"""Each of the template's routes has a module of its function behind it."""

import importlib

import pytest

from template.reading import read

ROUTES = sorted(
    (function["Handler"].split(".")[0], event["Properties"]["Path"])
    for function in read().functions.values()
    for event in (function.get("Events") or {}).values()
    if event["Type"] == "Api"
)


@pytest.mark.parametrize(("function", "path"), [route for route in ROUTES if route[0] != "callback"])
def test_the_path_leads_to_a_module(function: str, path: str) -> None:
    api = importlib.import_module(f"{function}.api").api
    assert len(list(api.modules_for(path))) == 1
    api.load(path)
