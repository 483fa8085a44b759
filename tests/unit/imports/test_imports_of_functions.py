"""A cold start pays for every module: what a function imports is on a list, and more shows up in review."""

import pytest

from unit.imports.reading import FUNCTIONS, imported, listed

ROUTES = {
    "submit.jobs": set(),
    "submit.predictions": {"pydantic", "pydantic_core"},
    "query.jobs": set(),
    "accounts.webhook_secret": set(),
    "accounts.balance": set(),
    "accounts.sub_accounts": set(),
}
"""What a route's module loads of HEAVY: pydantic where there is a body to check."""
HEAVY = {"boto3", "botocore.session", "httpx", "httpcore", "pydantic", "pydantic_core", "s3transfer"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_what_is_on_its_list(function: str) -> None:
    loaded, allowed = imported(f"{function}.app"), set(listed(function))
    how = "If it is meant: PYTHONPATH=tests .venv/bin/python -m unit.imports.reading, and say why beside it."
    assert loaded - allowed == set(), f"{function} imports more than before. {how}"
    assert allowed - loaded == set(), f"{function} imports less than before: take it off the list. {how}"


@pytest.mark.parametrize("module", ROUTES)
def test_a_route_loads_nothing_heavy_that_it_can_do_without(module: str) -> None:
    assert imported(module) & HEAVY == ROUTES[module]


def test_no_function_loads_aws_pydantic_or_http_clients_by_its_import() -> None:
    assert {name: found for name in FUNCTIONS if (found := set(listed(name)) & HEAVY)} == {}


def test_a_further_import_is_seen() -> None:
    assert imported("submit.jobs") > imported("submit.api")
