"""Submits that go wrong, with a task created or without one."""

import time
from collections.abc import Iterator

import httpx
import pytest

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl
from local.simulator.garbage import GARBAGE_BODIES
from local.simulator.settings import Settings


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


def _created(simulator: SimulatorControl) -> int:
    stats = simulator.stats()
    assert stats.accepted == stats.charges
    return stats.accepted


@pytest.mark.parametrize("send", ["nothing", "half"])
@pytest.mark.parametrize("reset", [True, False])
def test_lost_reply_leaves_a_charged_task(
    caller: Caller, simulator: SimulatorControl, send: str, reset: bool
) -> None:
    simulator.arm("lost_reply", send=send, reset=reset)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        caller.submit("lost")
    assert simulator.stats().charges_by_prompt == {"lost": 1}
    assert caller.ended(caller.listed()[0]["id"])["status"] == "completed"


@pytest.mark.parametrize(("kind", "created"), [("error_500_created", 1), ("error_500_not_created", 0)])
@pytest.mark.parametrize("status", [500, 502, 408])
def test_server_error_with_and_without_a_task(
    caller: Caller, simulator: SimulatorControl, kind: str, created: int, status: int
) -> None:
    simulator.arm(kind, status=status)
    assert caller.submit().status_code == status
    assert _created(simulator) == created


@pytest.mark.parametrize("kind", ["error_500_created", "error_500_not_created"])
def test_error_can_be_a_redirect(caller: Caller, simulator: SimulatorControl, kind: str) -> None:
    simulator.arm(kind, status=307, location="https://example.com/")
    answer = caller.submit()
    assert (answer.status_code, answer.headers["location"]) == (307, "https://example.com/")


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_refusal_creates_nothing(caller: Caller, simulator: SimulatorControl, status: int) -> None:
    simulator.arm("refuse", status=status, message="no", error_code=1401)
    answer = caller.submit()
    assert (answer.status_code, answer.json()) == (status, {"message": "no", "error_code": 1401})
    assert _created(simulator) == 0


@pytest.mark.parametrize("retry_after", [None, 3])
def test_rate_limited_with_and_without_retry_after(
    caller: Caller, simulator: SimulatorControl, retry_after: int | None
) -> None:
    simulator.arm("rate_limited", retry_after=retry_after)
    answer = caller.submit()
    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == (None if retry_after is None else "3")
    assert (_created(simulator), simulator.stats().rate_limited) == (0, 1)


@pytest.mark.parametrize("body", list(GARBAGE_BODIES))
def test_garbage_in_place_of_the_reply(caller: Caller, simulator: SimulatorControl, body: str) -> None:
    simulator.arm("garbage_submit", body=body)
    answer = caller.submit()
    assert answer.status_code == 200
    assert answer.text == GARBAGE_BODIES[body][1]
    assert _created(simulator) == 1


@pytest.mark.parametrize(("created", "tasks"), [("before", 1), ("after", 0)])
def test_slow_reply_with_the_task_created_before_or_after_the_wait(
    caller: Caller, simulator: SimulatorControl, created: str, tasks: int
) -> None:
    simulator.arm("slow_submit", seconds=3.0, created=created)
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post("/api/v3/bytedance/seedream-v3.1", json={"prompt": "slow"}, timeout=0.2)
    assert _created(simulator) == tasks


@pytest.mark.parametrize(("answer", "status"), [("5004", 200), ("504", 504)])
def test_sync_mode_gives_up_at_once(
    caller: Caller, simulator: SimulatorControl, answer: str, status: int
) -> None:
    simulator.arm("sync_timeout", answer=answer)
    reply = caller.submit(enable_sync_mode=True)
    assert reply.status_code == status
    assert caller.ended(caller.listed()[0]["id"])["status"] == "completed"


def test_task_of_a_slow_submit_is_not_created_after_a_reset(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.arm("slow_submit", seconds=0.4, created="after")
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post("/api/v3/bytedance/seedream-v3.1", json={"prompt": "slow"}, timeout=0.1)
    simulator.reset()
    time.sleep(0.5)
    assert simulator.stats().accepted == 0


def test_fault_strikes_as_often_as_ordered(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("refuse", count=2)
    assert [caller.submit().status_code for _ in range(3)] == [400, 400, 200]


def test_fault_strikes_only_what_it_is_aimed_at(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("refuse", prompt_contains="bad")
    simulator.arm("refuse", model="bytedance/dreamina-v3.1/text-to-image", status=403)
    assert caller.submit("good").status_code == 200
    assert caller.submit("a bad one").status_code == 400
    assert caller.submit("good", model="bytedance/dreamina-v3.1/text-to-image").status_code == 403


def test_fault_can_be_named_in_the_prompt(caller: Caller) -> None:
    assert caller.submit("a sea [fault:refuse]").status_code == 400


def test_disarmed_fault_strikes_nobody(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("refuse", count=None)
    simulator.disarm()
    assert caller.submit().status_code == 200
