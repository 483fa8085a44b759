"""AIgateway's client on the deployed stack: sub-accounts with keys and limits of their own, and webhooks."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from aigateway import verify_webhook  # type: ignore[import-untyped]  # it ships no types
from standardwebhooks import Webhook, WebhookVerificationError

from local.api import Api
from local.receiver.inbox import Received
from stack import aigateway_calls
from stack.aigateway_calls import VARIANTS, Call, Calling, refusal
from stack.conftest import DREAMINA, Stack


@pytest.fixture(params=VARIANTS, ids=["sync", "async"])
def calling(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Calling]:
    with aigateway_calls.calling(request.param, stack) as calling:
        yield calling


@pytest.fixture
def call(calling: Calling, stack: Stack) -> Call:
    return calling(stack.state["api_key"])


@pytest.fixture
def sub_account(call: Call) -> Iterator[dict[str, Any]]:
    """Made for one test: its rotations and its spend are nobody else's."""
    made: dict[str, Any] = call("sub_accounts.create", name=f"sub {secrets.token_hex(3)}")
    yield made
    call("sub_accounts.delete", made["id"])


def submit(stack: Stack, key: str, prompt: str, **fields: Any) -> httpx.Response:
    body = {"model": DREAMINA, "prompt": prompt, "size": "512*512", **fields}
    headers = {"authorization": f"Bearer {key}"}
    return httpx.post(f"{stack.state['api_url']}/v1/jobs", json=body, headers=headers, trust_env=False)


def delivered(stack: Stack, key: str, count: int) -> Received:
    """The last of so many webhooks of this test's, after one more job."""
    answer = submit(stack, key, f"delivery {count}", webhook_url=stack.webhook_url)
    assert answer.status_code == 202, answer.text
    return stack.received(count, timeout_seconds=20)[-1]


def is_gateway_signed(received: Received, secret: str) -> bool:
    """By AIgateway's own verifier, of the body as it arrived."""
    return bool(verify_webhook(secret, received.body, received.headers["x-gateway-signature"]))


def is_standard_signed(received: Received, secret: str) -> bool:
    try:
        Webhook(secret).verify(received.body, received.headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_sub_account_is_made_listed_found_and_removed(call: Call, stack: Stack) -> None:
    made = call("sub_accounts.create", name="Globex", spend_cap_cents=500, rate_limit_rpm=60)
    assert made["key"] == made["scoped_key"]
    assert (made["name"], made["spend_cap_cents"], made["rate_limit_rpm"]) == ("Globex", 500, 60)
    found = call("sub_accounts.get", made["id"])
    assert found == {name: value for name, value in made.items() if name not in ("key", "scoped_key")}
    assert found in call("sub_accounts.list")
    assert call("sub_accounts.delete", made["id"]) == {"status": "ok"}
    assert refusal(call, "sub_accounts.get", made["id"]) == (404, "not_found")
    assert made["id"] not in [each["id"] for each in call("sub_accounts.list")]
    assert submit(stack, made["key"], "too late").status_code == 401


def test_its_key_works_and_sees_its_own_jobs_alone(
    call: Call, calling: Calling, stack: Stack, sub_account: dict[str, Any]
) -> None:
    theirs = calling(sub_account["key"])
    job = submit(stack, sub_account["key"], "a picture of its own").json()
    waited = theirs("jobs.wait", job["id"], timeout_seconds=40.0, poll_interval_seconds=0.2)
    assert waited.status == "completed"
    assert len(theirs("files.download", job["id"], "0.jpg")) == waited.raw["outputs"][0]["bytes"]
    assert refusal(call, "jobs.get", job["id"]) == (404, "not_found")
    assert refusal(call, "files.download", job["id"], "0.jpg") == (404, "not_found")
    mine = stack.submit("a picture of the owner's", webhook_url=None)
    assert refusal(theirs, "jobs.get", mine["id"]) == (404, "not_found")


def test_its_spend_cap_holds_with_402(call: Call, stack: Stack) -> None:
    capped = call("sub_accounts.create", name="capped", spend_cap_cents=6)
    prices = [submit(stack, capped["key"], f"picture {number}") for number in range(3)]
    assert [answer.status_code for answer in prices] == [202, 202, 402]  # 2.7 cents each
    assert prices[2].json()["error"]["type"] == "insufficient_credits"
    with closing(Api(stack.state["api_url"], capped["key"])) as api:
        for answer in prices[:2]:
            api.finished(answer.json()["id"])
    found = call("sub_accounts.get", capped["id"])
    assert (found["spent_cents"], found["reserved_cents"]) == (5.4, 0)
    assert stack.simulator.stats().charges == 2


def test_its_rate_holds_with_429_and_says_when_to_come_again(call: Call, stack: Stack) -> None:
    slow = call("sub_accounts.create", name="slow", rate_limit_rpm=2)
    answers = [submit(stack, slow["key"], f"picture {number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "2"
    assert answers[2].json()["error"]["type"] == "rate_limit_error"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 120


def test_a_delivery_is_verified_by_both_libraries(
    calling: Calling, stack: Stack, sub_account: dict[str, Any]
) -> None:
    secret = calling(sub_account["key"])("webhook_secret.get")["secret"]
    received = delivered(stack, sub_account["key"], 1)
    assert is_gateway_signed(received, secret)
    assert is_standard_signed(received, secret)
    event = received.json()
    assert (event["id"], event["type"]) == (received.webhook_id, "job.completed")
    assert isinstance(event["created"], int)
    other = f"whsec_{secrets.token_urlsafe(32)}"
    assert not is_gateway_signed(received, other)


def test_right_after_a_rotation_old_and_new_both_sign(
    calling: Calling, stack: Stack, sub_account: dict[str, Any]
) -> None:
    """AIgateway's verifier looks at the last signature alone: that is the new secret's."""
    theirs = calling(sub_account["key"])
    old = theirs("webhook_secret.get")["secret"]
    new = theirs("webhook_secret.rotate")["secret"]
    assert theirs("webhook_secret.get")["secret"] == new != old
    received = delivered(stack, sub_account["key"], 1)
    assert is_gateway_signed(received, new)
    assert is_standard_signed(received, new)
    assert is_standard_signed(received, old)


def test_a_rotation_between_deliveries_leaves_the_old_secret_good(
    calling: Calling, stack: Stack, sub_account: dict[str, Any]
) -> None:
    """A process that signs may know the new secret up to a minute later; the old one holds for a day."""
    theirs = calling(sub_account["key"])
    old = theirs("webhook_secret.get")["secret"]
    assert is_standard_signed(delivered(stack, sub_account["key"], 1), old)
    new = theirs("webhook_secret.rotate")["secret"]
    received = delivered(stack, sub_account["key"], 2)
    assert is_standard_signed(received, old)
    assert is_gateway_signed(received, new) or is_gateway_signed(received, old)
