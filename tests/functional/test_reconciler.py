"""The schedule's handler puts what is overdue back on its queue."""

import json
import time
from dataclasses import replace
from typing import Any

from darkroom import adapters
from functional import jobs
from functional.aws import Stack, client
from reconciler.app import lambda_handler


def messages(url: str) -> list[Any]:
    found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_an_overdue_job_and_an_overdue_delivery_go_back_on_their_queues(
    event: Any, context: Any, stack: Stack
) -> None:
    waiting, ended = jobs.processing(), jobs.completed()
    client("sqs").purge_queue(QueueUrl=stack.jobs_queue_url)
    for job in (waiting, ended):
        adapters.jobs_table().save(replace(job, due_at=time.time() - 1))
    assert lambda_handler(event("reconciler"), context) == {"taken_up": 2}
    assert messages(stack.jobs_queue_url) == [{"tenant": "acme", "job": waiting.id, "tries": 0, "chain": 1}]
    assert [message["job"] for message in messages(stack.webhook_queue_url)] == [ended.id]
    assert lambda_handler(event("reconciler"), context) == {"taken_up": 0}
