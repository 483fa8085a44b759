"""The reconciler on the deployed stack: what was lost on its way is found, and it runs without an error."""

import json
import time
from collections.abc import Iterator

import pytest

from benchmarks.local_stack import functions_of, home_of, without_schedule
from local.receiver.behaviour import Rule
from stack.conftest import Stack
from stack.recorded import wait_for_tasks

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 40.0
"""The stack of `make slow` takes up what nobody has looked at for ten seconds after its time."""


@pytest.fixture(autouse=True)
def only_when_asked(stack: Stack) -> Iterator[None]:
    with without_schedule(home_of(stack.state)):
        yield


def reconcile(stack: Stack) -> int:
    """How many it took up."""
    name = functions_of(home_of(stack.state))["reconciler"]["FunctionName"]
    reply = stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    answer = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, answer
    taken_up: int = answer["taken_up"]
    return taken_up


def reconcile_until(stack: Stack, job_id: str, webhook: str) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        reconcile(stack)
        if stack.api.webhook(job_id)["status"] == webhook:
            return
        time.sleep(1)
    pytest.fail(f"{job_id} was not taken up")


def counts_told(stack: Stack) -> int:
    """How often it has said how many jobs wait: what fails there is counted and raises nothing."""
    group = f"/aws/lambda/{stack.state['stack_name']}/reconciler"
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return sum('"JobsWaiting"' in event["message"] for page in pages for event in page["events"])


def test_it_finds_the_jobs_that_are_due_and_counts_those_that_wait(stack: Stack) -> None:
    before = counts_told(stack)
    assert reconcile(stack) >= 0
    ends_at = time.monotonic() + 5
    while counts_told(stack) == before and time.monotonic() < ends_at:
        time.sleep(0.2)
    assert counts_told(stack) > before


def test_a_job_whose_messages_are_lost_is_taken_up(stack: Stack) -> None:
    stack.simulator.arm("lost_callback")
    job = stack.submit("a bottle in the sea")
    wait_for_tasks(stack, 1, ended=False)
    stack.client("sqs").purge_queue(QueueUrl=stack.state["jobs_queue_url"])
    reconcile_until(stack, job["id"], "delivered")
    assert stack.api.job(job["id"])["status"] == "completed"
    assert stack.simulator.stats().accepted == 1


def test_a_webhook_whose_message_is_lost_is_taken_up(stack: Stack) -> None:
    stack.receiver.behave(Rule(count=1, status=500))
    job = stack.submit("a letter without a stamp")
    stack.received(1)
    time.sleep(1)  # what comes after the attempt is on its queue by then
    stack.client("sqs").purge_queue(QueueUrl=stack.state["webhook_queue_url"])
    reconcile_until(stack, job["id"], "delivered")
    first, second = stack.received(2)
    assert first.webhook_id == second.webhook_id


@pytest.mark.parametrize(
    ("queue", "delay_seconds"), [("webhook_queue_url", 0), ("slow_webhook_queue_url", 2.5)]
)
def test_a_delivery_that_fails_twice_waits_on_its_queue(
    stack: Stack, queue: str, delay_seconds: float
) -> None:
    sqs, url = stack.client("sqs"), stack.state[queue]
    sqs.purge_queue(QueueUrl=url)
    stack.receiver.behave(Rule(status=500, delay_seconds=delay_seconds))
    stack.submit("a door that stays shut")
    stack.received(2, 20)
    ends_at = time.monotonic() + delay_seconds + 5
    while time.monotonic() < ends_at:
        asked = "ApproximateNumberOfMessagesDelayed"
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[asked])["Attributes"]
        if int(left[asked]):
            return
        time.sleep(0.2)
    pytest.fail("no message waits for the next attempt")


def test_who_waits_for_a_slow_receiver_waits_in_the_slow_lane(stack: Stack) -> None:
    """Nobody else may find it: the reconciler would send it to the other lane."""
    stack.receiver.behave(Rule(count=1, status=500, delay_seconds=2.5))
    job = stack.submit("a door that opens slowly")
    stack.received(2, 20)
    assert stack.api.delivered(job["id"])["status"] == "delivered"
