"""Signed callbacks as the receiver gets them, and those that are lost, doubled, early, late or forged."""

import time
from collections.abc import Iterator

import pytest

from local.receiver.app import receiver_in_thread
from local.receiver.behaviour import Rule
from local.receiver.client import ReceiverClient
from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl
from local.simulator.forgery import VARIANTS
from local.simulator.settings import Settings


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


@pytest.fixture
def receiver() -> Iterator[ReceiverClient]:
    with receiver_in_thread(v3_secrets={"upstream": TEST_CREDENTIALS.webhook_secret}) as client:
        yield client


def test_callback_is_the_bare_prediction_signed(caller: Caller, receiver: ReceiverClient) -> None:
    task_id = caller.accepted("日落", webhook=f"{receiver.url}/hook?job=1")
    received = receiver.wait_for(1)[0]
    body = received.json()
    assert (received.verified, received.scheme, received.path, received.query) == (
        True,
        "v3",
        "/hook",
        "job=1",
    )
    assert received.headers["webhook-signature"].startswith("v3,")
    assert (body["id"], body["status"], body["input"]["prompt"]) == (task_id, "completed", "日落")
    assert body["outputs"] == caller.ended(task_id)["outputs"]
    assert "code" not in body
    assert "data" not in body
    assert body["executionTime"] == body["timings"]["inference"]


def test_webhook_url_may_stand_in_the_body(caller: Caller, receiver: ReceiverClient) -> None:
    caller.accepted(webhook_url=f"{receiver.url}/body")
    assert receiver.wait_for(1)[0].path == "/body"


def test_failed_task_is_called_back(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.arm("fail", error_code=1200)
    caller.accepted(webhook=receiver.url)
    assert receiver.wait_for(1)[0].json()["status"] == "failed"


def test_callback_is_sent_again_under_the_same_id_until_it_is_taken(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.settings(callback_retry_delays_seconds=[0.05, 0.05, 0.05])
    receiver.behave(Rule(status=500, count=1), Rule(status=302, headers={"Location": "/x"}, count=1))
    caller.accepted(webhook=receiver.url)
    received = receiver.wait_for(3)
    time.sleep(0.2)
    assert [one.answered for one in receiver.received()] == [500, 302, 200]
    assert len({one.webhook_id for one in received}) == 1
    assert simulator.stats().callbacks_delivered == 1


def test_callbacks_can_be_switched_off(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.settings(callbacks=False)
    caller.ended(caller.accepted(webhook=receiver.url))
    time.sleep(0.1)
    assert receiver.received() == []


def test_lost_callback_never_comes(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.arm("lost_callback")
    caller.ended(caller.accepted(webhook=receiver.url))
    time.sleep(0.1)
    assert receiver.received() == []


def test_duplicate_callback_has_one_id(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.arm("duplicate_callback", copies=3)
    caller.accepted(webhook=receiver.url)
    received = receiver.wait_for(3)
    assert len({one.webhook_id for one in received}) == 1
    assert all(one.verified for one in received)


def test_early_callback_comes_before_the_reply(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.settings(inference_seconds=60)
    simulator.arm("early_callback")
    reply = caller.submit(webhook=receiver.url).json()["data"]
    received = receiver.received()
    assert [one.json()["id"] for one in received] == [reply["id"]]
    assert reply["status"] == "created"
    assert received[0].json()["status"] == "completed"


def test_early_callback_that_is_refused_does_not_hold_the_reply_for_long(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    receiver.behave(Rule(status=404))
    simulator.arm("early_callback")
    started = time.monotonic()
    caller.accepted(webhook=receiver.url)
    assert time.monotonic() - started < 2


def test_late_callback_comes_after_the_end(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.arm("late_callback", seconds=0.4)
    task_id = caller.accepted(webhook=receiver.url)
    caller.ended(task_id)
    received = receiver.wait_for(1)[0]
    assert received.received_at_ms - simulator.stats().completed_at_ms[task_id] >= 390


@pytest.mark.parametrize("variant", VARIANTS)
def test_forged_callback_does_not_verify_and_the_true_one_follows(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient, variant: str
) -> None:
    simulator.arm("forged_callback", variant=variant)
    caller.accepted(webhook=receiver.url)
    forged, true = receiver.wait_for(2)
    assert (forged.verified, true.verified) == (False, True)


def test_forged_callback_may_come_instead_of_the_true_one(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    simulator.arm("forged_callback", instead=True)
    caller.accepted(webhook=receiver.url)
    receiver.wait_for(1)
    time.sleep(0.1)
    assert [one.verified for one in receiver.received()] == [False]


def test_callback_can_be_sent_again_and_forged_by_hand(
    caller: Caller, simulator: SimulatorControl, receiver: ReceiverClient
) -> None:
    task_id = caller.accepted(webhook=receiver.url)
    receiver.wait_for(1)
    assert simulator.send_callback_again(task_id) == 200
    assert simulator.forge_callback(task_id, "tampered_body") == 200
    assert [one.verified for one in receiver.received()] == [True, True, False]


def test_any_callback_can_be_invented(simulator: SimulatorControl, receiver: ReceiverClient) -> None:
    body = {"id": "0" * 32, "status": "completed"}
    secret = TEST_CREDENTIALS.webhook_secret
    assert simulator.invent_callback(f"{receiver.url}/other", body, secret=secret) == 200
    assert simulator.invent_callback(f"{receiver.url}/other", body) == 200
    assert [one.verified for one in receiver.received(path="/other")] == [True, False]


def test_receiver_that_is_not_there_is_no_answer(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(callback_retry_delays_seconds=[])
    task_id = caller.accepted(webhook="http://127.0.0.1:9/")
    caller.ended(task_id)
    assert simulator.send_callback_again(task_id) is None
    assert simulator.tasks()[0]["callback_attempts"][-1]["status"] is None
