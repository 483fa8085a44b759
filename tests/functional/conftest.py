"""A stack in moto, the events of `events/`, and on request: workers, and the HTTP front of it all."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from moto import mock_aws

from darkroom import accounts_wiring, adapters, upstream_adapters, wiring
from darkroom.settings import settings
from functional.aws import Stack, make_stack

if TYPE_CHECKING:
    from functional.accounts import AccountsApi
    from functional.workers import Workers

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


@pytest.fixture
def accounts_api(stack: Stack, event: Any, context: LambdaContext) -> "AccountsApi":
    from functional.accounts import AccountsApi

    return AccountsApi(event, context)


@pytest.fixture
def owner(stack: Stack) -> str:
    """The API key of the tenant `acme`."""
    return adapters.accounts_table().create_tenant("acme", time.time()).api_key


@pytest.fixture
def rival(stack: Stack) -> str:
    """The API key of another tenant."""
    return adapters.accounts_table().create_tenant("rival", time.time()).api_key


@pytest.fixture
def workers(
    stack: Stack, context: LambdaContext, event: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator["Workers"]:
    """Advance jobs against the simulator of upstream; the tenant is `acme`."""
    from functional.workers import workers_of  # loads the simulator

    with workers_of(stack, context, event, monkeypatch) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Front:
    """The API on 127.0.0.1 for clients that bring their own HTTP; `base_url` ends with the stage."""

    base_url: str
    api_key: str
    tenant: str
    workers: "Workers"
    """`workers.busy()` advances jobs beside the block, `workers.run(job)` one job to its end."""


@pytest.fixture
def gateway(workers: "Workers", monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    from functional.gateway import Gateway, serving

    with serving(Gateway()) as base_url:
        monkeypatch.setenv("PUBLIC_URL", base_url)
        key = adapters.accounts_table().create_tenant("acme", time.time())
        yield Front(base_url, key.api_key, "acme", workers)


@pytest.fixture
def client(gateway: Front) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def brief(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request is held for longer than a moment. Named before the gateway, which reads the settings."""
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "0.3")


def _forget() -> None:
    for client in (adapters.upstream_http, adapters.guarded_client):
        if client.cache_info().currsize:
            client().close()  # both have it
    settings.cache_clear()
    modules = (adapters, upstream_adapters, wiring, accounts_wiring)
    for part in (part for module in modules for part in vars(module).values()):
        # AWS's clients outlive a test: it is botocore's reading of its models that takes the time
        if hasattr(part, "cache_clear") and part is not adapters.clients:
            part.cache_clear()
