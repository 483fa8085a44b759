"""A message whose work fails comes again in seconds, long before its queue would show it again by itself."""

import time
from typing import Any

import boto3
import pytest

from darkroom.batch import RETRY_SECONDS
from stack.conftest import Stack

pytestmark = pytest.mark.slow

FUNCTIONS = {
    "jobs_queue_url": "poller",
    "webhook_queue_url": "webhook",
    "slow_webhook_queue_url": "webhook",
}


@pytest.fixture(scope="module")
def sent(state: dict[str, Any]) -> dict[str, str]:
    """To all queues at once, so that their times pass together. The id of each one's message."""
    sqs = boto3.client(
        "sqs",
        endpoint_url=state["aws_endpoint_url"],
        region_name=state["region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return {
        queue: sqs.send_message(QueueUrl=state[queue], MessageBody="no message of ours")["MessageId"]
        for queue in FUNCTIONS
    }


@pytest.mark.parametrize("queue", FUNCTIONS)
def test_a_message_that_fails_comes_again_in_seconds(stack: Stack, sent: dict[str, str], queue: str) -> None:
    logs = stack.client("logs")
    group = f"/aws/lambda/{stack.state['stack_name']}/{FUNCTIONS[queue]}"
    ends_at = time.monotonic() + RETRY_SECONDS + 15
    while time.monotonic() < ends_at:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        lines = [event["message"] for page in pages for event in page["events"]]
        if len([line for line in lines if sent[queue] in line and "record failed" in line]) >= 2:
            return
        time.sleep(1)
    pytest.fail("it has not come a second time")
