"""Each event of `events/` is one that its function takes: it can be used with `sam local invoke`."""

import importlib
from typing import Any

import pytest

from darkroom.settings import settings
from functional.aws import Stack
from functional.conftest import EVENTS

NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))
EXPECTED_STATUS = {
    "submit-create-job": 202,
    "submit-generate-images": 503,  # nobody makes its pictures
    "submit-create-prediction": 200,
    "submit-replay-webhooks": 202,
    "query-list-jobs": 200,
    "query-list-models": 200,
    "query-get-model": 200,
    "query-get-usage": 200,
    "query-get-output": 403,  # its signature is made up
    "query-get-openapi": 200,
    "query-get-docs": 200,
    "query-get-llms": 200,
    "callback": 401,  # so is its code
    "accounts-create-sub-account": 201,
    "accounts-list-sub-accounts": 200,
    "accounts-get-webhook-secret": 200,
    "accounts-rotate-webhook-secret": 200,
    "accounts-get-wavespeed-webhook-secret": 200,
    "accounts-get-upstream-key": 200,
    "accounts-put-upstream-key": 200,
    "accounts-delete-upstream-key": 200,
    "accounts-get-balance": 503,  # there is no upstream to ask
}

pytestmark = pytest.mark.usefixtures("stack", "short_wait", "owner")


@pytest.fixture
def short_wait(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "1")
    settings.cache_clear()


def invoke(name: str, event: Any, context: Any) -> Any:
    handler = importlib.import_module(f"{name.split('-')[0]}.app").lambda_handler
    return handler(event(name), context)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name.split("-")[0] in ("submit", "query", "accounts", "callback")]
)
def test_a_request_is_answered(name: str, event: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that name something name what isn't there."""
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "0")
    assert invoke(name, event, context)["statusCode"] == EXPECTED_STATUS.get(name, 404)


@pytest.mark.parametrize("name", ["poller", "webhook"])
def test_a_message_for_an_unknown_job_is_done_with(name: str, event: Any, context: Any) -> None:
    assert invoke(name, event, context) == {"batchItemFailures": []}


def test_a_quiet_minute_takes_nothing_up(event: Any, context: Any) -> None:
    assert invoke("reconciler", event, context) == {"taken_up": 0}


def test_an_unknown_key_is_unauthorized(event: Any, context: Any) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        invoke("authorizer", event, context)


def test_every_function_has_its_events() -> None:
    functions = {path.parent.name for path in (EVENTS.parent / "functions").glob("*/app.py")}
    assert {name.split("-")[0] for name in NAMES} == functions
