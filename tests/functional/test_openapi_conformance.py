"""Schemathesis on the OpenAPI document, through API Gateway's rules and the real handlers, by one operation a
test: all of its checks but one, and at least 2,000 cases together.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, settings
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import unsupported_method

from darkroom import adapters
from darkroom.openapi.document import OPERATIONS
from functional.conformance import CONFIG, arrives_whole, checked_document, make_possible, register_formats
from functional.finished_at_once import FinishingQueue
from functional.gateway import Gateway

register_formats()
api = schemathesis.openapi.from_dict(checked_document(), config=CONFIG)
api.app = Gateway()

GENERATED = 25
MINIMUM = 2_000
CASES: Counter[str] = Counter()

# API Gateway has one answer for a path and a method that it has no route for, and it is no 405: the template
# makes it 404 (MISSING_AUTHENTICATION_TOKEN). What is answered instead is checked below.
EXCLUDED: list[CheckFunction] = [unsupported_method]


@pytest.fixture(scope="session")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file for each operation with its number of cases. Workers share the folder; the last one adds up."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cases"
    folder.mkdir(exist_ok=True)
    yield folder
    numbers = [int(file.read_text()) for file in folder.iterdir()]
    if len(numbers) == len(OPERATIONS):
        assert sum(numbers) >= MINIMUM


@pytest.fixture
def api_key(stack: object, counts: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Of a tenant for whom everything goes well: pictures are made at once, and upstream takes any key."""
    answer = b'{"code": 200, "message": "success", "data": {"balance": 10.5}}'
    headers = {"content-type": "application/json"}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(answer))
    )
    monkeypatch.setattr(adapters, "upstream_http", cache(lambda: httpx.Client(transport=transport)))
    monkeypatch.setattr(adapters, "jobs_queue", FinishingQueue)
    adapters.prices().store({"bytedance/seedream-v3.1": 30_000}, time.time())
    CASES.clear()
    yield adapters.accounts_table().create_tenant("acme", time.time()).api_key
    assert CASES, "no case was made for this operation"
    for operation, number in CASES.items():
        (counts / operation).write_text(str(number))


def test_every_operation_of_the_api_has_a_test() -> None:
    tried = {
        result.ok().definition.raw["operationId"]
        for result in api.get_all_operations()
        if isinstance(result, Ok)
    }
    assert tried == {operation.id for operation in OPERATIONS}


@api.parametrize()
@settings(
    max_examples=GENERATED,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a failure is told as it was found
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_answer_is_the_documents(case: Case[Any], api_key: str) -> None:
    make_possible(case)
    assume(arrives_whole(case))
    CASES[case.operation.definition.raw["operationId"]] += 1
    headers = {"Authorization": f"Bearer {api_key}", "Accept-Encoding": "identity"}
    response = case.call_and_validate(headers=headers, excluded_checks=EXCLUDED)
    if case.method.upper() != case.operation.method.upper():
        assert response.status_code == 404
