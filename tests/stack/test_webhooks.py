"""Webhooks that are not taken at once: the slow lane, and all of them sent again."""

import time

from local.receiver.behaviour import Rule
from stack.conftest import Stack


def test_a_receiver_that_is_too_slow_for_the_quick_lane_is_waited_for_in_the_slow_one(stack: Stack) -> None:
    stack.receiver.behave(Rule(path=stack.hook, delay_seconds=4.0))
    job = stack.submit("a snail on a wall")
    stack.api.finished(job["id"])
    assert stack.api.delivered(job["id"], timeout_seconds=40)["status"] == "delivered"
    first, second = stack.api.webhook(job["id"])["attempts"]
    assert (first["error"], second["status_code"]) == ("deadline", 200)
    assert first["duration_ms"] < 4_000 <= second["duration_ms"]
    assert len({received.webhook_id for received in stack.received(2)}) == 1


def test_the_webhooks_since_a_time_are_sent_again(stack: Stack) -> None:
    stack.receiver.behave(Rule(path=stack.hook, status=410, count=2))
    since = int(time.time())
    for prompt in ("a first kite", "a second kite"):
        job = stack.submit(prompt)
        stack.api.finished(job["id"])
        assert stack.api.delivered(job["id"])["status"] == "exhausted"
    assert stack.api.replay_since(since)["replayed"] == 2
    received = stack.received(4)
    assert {one.webhook_id for one in received[:2]} == {one.webhook_id for one in received[2:]}
    assert all(one.verified for one in received)
    assert stack.api.replay_since(since)["replayed"] == 0
