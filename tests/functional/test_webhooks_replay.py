"""POST /v1/webhooks/replay through the handler and the real table, page by page."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from darkroom import adapters
from darkroom.jobs.delivery import DeliveryAttempt
from darkroom.jobs.job import Job
from functional import jobs
from functional.aws import Stack, client
from submit.app import lambda_handler

pytestmark = pytest.mark.usefixtures("stack")


def exhausted(tenant: str = "acme") -> Job:
    job = jobs.completed(tenant)
    attempt = DeliveryAttempt(time.time(), 12, 410, "http_status")
    return adapters.jobs_table().save(replace(job, delivery=job.delivery.exhausted(attempt)).due(None))


def ask(event: Any, context: Any, **body: Any) -> tuple[int, Any]:
    reply = lambda_handler({**event("submit-replay-webhooks"), "body": json.dumps(body)}, context)
    return reply["statusCode"], json.loads(reply["body"])


def sent(stack: Stack) -> list[str]:
    found = client("sqs").receive_message(QueueUrl=stack.webhook_queue_url, MaxNumberOfMessages=10)
    return sorted(json.loads(message["Body"])["job"] for message in found.get("Messages", []))


def test_what_was_given_up_since_a_time_is_on_its_way_again_and_a_repeat_sends_nothing(
    event: Any, context: Any, stack: Stack
) -> None:
    since = int(time.time())
    lost = [exhausted(), exhausted()]
    jobs.completed()  # still on its way
    exhausted("globex")
    assert ask(event, context, since=since) == (202, {"replayed": 2, "has_more": False, "cursor": None})
    assert sent(stack) == sorted(job.id for job in lost)
    assert ask(event, context, since=since)[1]["replayed"] == 0
    assert sent(stack) == []


def test_pages_lead_to_all_of_them(
    event: Any, context: Any, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.usecases.replay_since._JOBS_AT_ONCE", 1)
    monkeypatch.setattr("darkroom.usecases.replay_since._MOST_JOBS", 2)
    lost = [exhausted() for _ in range(3)]
    _, first = ask(event, context, since=0)
    assert (first["replayed"], first["has_more"]) == (2, True)
    _, rest = ask(event, context, since=0, cursor=first["cursor"])
    assert (rest["replayed"], rest["has_more"]) == (1, False)
    assert sent(stack) == sorted(job.id for job in lost)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "since"),
        ({"since": -1}, "since"),
        ({"since": 0, "status": "none"}, "status"),
        ({"since": 0, "cursor": "made-up"}, "cursor"),
        ({"since": 0, "until": 1}, "until"),
    ],
)
def test_what_cannot_be_is_refused_by_name(event: Any, context: Any, body: Any, field: str) -> None:
    status, answer = ask(event, context, **body)
    assert (status, answer["error"]["param"]) == (422, field)
