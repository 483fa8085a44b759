import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from darkroom import adapters, wiring
from darkroom.settings import settings
from functional.aws import Stack, make_stack

EVENTS = Path(__file__).parents[2] / "events"


class LambdaContext:
    """As far as our functions and Powertools look into it."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return 100_000


@pytest.fixture
def context() -> LambdaContext:
    return LambdaContext()


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """Fresh resources, and a process that has read nothing yet."""
    with mock_aws():
        made = make_stack()
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        _forget()
        yield made
    _forget()


@pytest.fixture
def event() -> Any:
    """An event of `events/` by its name, to be changed at will."""
    return lambda name: json.loads((EVENTS / f"{name}.json").read_text())


def _forget() -> None:
    for client in (adapters.upstream_http, adapters.guarded_client):
        if client.cache_info().currsize:
            client().close()  # both have it
    settings.cache_clear()
    for part in (*vars(adapters).values(), *vars(wiring).values()):
        if hasattr(part, "cache_clear"):
            part.cache_clear()
