"""Every route takes the query parameters that the OpenAPI document names, and refuses others."""

from collections.abc import Iterator

import httpx
import pytest

from darkroom.jobs.catalogue import DREAMINA_V31
from darkroom.openapi.document import OPERATIONS
from darkroom.openapi.operation import Operation
from functional.conftest import Front

ROUTES = [operation for operation in OPERATIONS if not operation.any_query]


@pytest.fixture
def client(gateway: Front) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers, trust_env=False, timeout=30) as client:
        yield client


@pytest.mark.parametrize("operation", ROUTES, ids=lambda operation: operation.id)
def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(
    client: httpx.Client, operation: Operation
) -> None:
    path = operation.path.replace("{model+}", DREAMINA_V31.id).replace("{", "").replace("}", "")
    answer = client.request(operation.method, path, params={"nmae": "1"})
    assert answer.status_code in (400, 422), answer.text
    body = answer.json()
    message = body["error"]["message"] if "error" in body else body["message"]
    known = ", ".join(each.name for each in operation.parameters if each.place == "query")
    says = f"the parameters are: {known}" if known else "there are none here"
    assert message == f"nmae: unknown parameter; {says}"
