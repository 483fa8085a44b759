"""The schedule's handler puts what is overdue back on its queue."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

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


def test_jobs_that_wait_with_nobody_to_release_them_get_a_tick_and_are_counted(
    event: Any, context: Any, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.waiting()
    client("sqs").purge_queue(QueueUrl=stack.jobs_queue_url)
    lambda_handler(event("reconciler"), context)
    assert messages(stack.jobs_queue_url) == [{"tick": "default", "beat": 0}]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [gauge] = [line for line in lines if "JobsWaiting" in line]
    assert gauge["JobsWaiting"] == [1.0]
    assert gauge["RateUsed"] == [0.0]
    assert gauge["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Darkroom"
