"""Tasks and looks at them that go wrong."""

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


@pytest.mark.parametrize("error_code", [1200, 1400, 1401, 1402, 1403, 1405, 1406, 1407, 5000, 5003, 5004])
def test_task_fails_with_each_documented_code(
    caller: Caller, simulator: SimulatorControl, error_code: int
) -> None:
    simulator.arm("fail", error_code=error_code)
    answer = caller.ended(caller.accepted())
    assert (answer["status"], answer["code"], answer["outputs"]) == ("failed", error_code, [])
    assert answer["error"]


def test_task_never_finishes(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("never_finish")
    simulator.settings(inference_seconds=0)
    stuck = caller.accepted()
    caller.ended(caller.accepted())
    assert caller.result(stuck).json()["data"]["status"] == "processing"


def test_task_takes_longer_than_the_others(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("slow_inference", seconds=0.4)
    assert caller.ended(caller.accepted())["timings"]["inference"] >= 400


@pytest.mark.parametrize("word", ["cancelled", "timeout", "deleted", "hibernating"])
def test_odd_word_in_place_of_completed(caller: Caller, simulator: SimulatorControl, word: str) -> None:
    simulator.arm("odd_status", word=word)
    task_id = caller.accepted()
    time.sleep(0.3)
    answer = caller.result(task_id).json()["data"]
    assert (answer["status"], answer["outputs"]) == (word, [])


def test_odd_word_while_running_and_completed_after_all(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("odd_status", word="hibernating", at="running")
    simulator.settings(inference_seconds=0.6)
    task_id = caller.accepted()
    assert caller.result(task_id).json()["data"]["status"] == "hibernating"
    assert caller.ended(task_id)["status"] == "completed"


@pytest.mark.parametrize("outputs", [0, 3])
def test_completed_with_more_outputs_or_none(
    caller: Caller, simulator: SimulatorControl, outputs: int
) -> None:
    simulator.arm("many_outputs", outputs=outputs)
    answer = caller.ended(caller.accepted(seed=1))
    assert len(answer["outputs"]) == len(answer["has_nsfw_contents"]) == outputs
    assert len({caller.http.get(url).content for url in answer["outputs"]}) == outputs


def test_flagged_picture(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("nsfw")
    assert caller.ended(caller.accepted())["has_nsfw_contents"] == [True]


def test_nsfw_contents_may_be_null(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(nsfw="null")
    assert caller.ended(caller.accepted())["has_nsfw_contents"] is None


def test_task_is_not_found_for_some_looks(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("not_found_after_create", looks=2)
    task_id = caller.accepted()
    assert [caller.result(task_id).status_code for _ in range(3)] == [404, 404, 200]


def test_task_is_not_found_for_some_time(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("not_found_after_create", looks=0, seconds=0.6)
    task_id = caller.accepted()
    assert caller.result(task_id).status_code == 404
    time.sleep(0.65)
    assert caller.result(task_id).status_code == 200


def test_task_is_hidden_from_the_list(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("hidden_from_list")
    hidden, shown = caller.accepted(), caller.accepted()
    assert [item["id"] for item in caller.listed()] == [shown]
    assert caller.result(hidden).status_code == 200


@pytest.mark.parametrize("body", list(GARBAGE_BODIES))
def test_garbage_in_place_of_a_result(caller: Caller, simulator: SimulatorControl, body: str) -> None:
    task_id = caller.accepted()
    simulator.arm("garbage_result", body=body)
    assert caller.result(task_id).text == GARBAGE_BODIES[body][1]
    assert caller.ended(task_id)["status"] == "completed"


@pytest.mark.parametrize(("status", "retry_after"), [(429, 2), (429, None), (500, None), (503, None)])
def test_look_is_answered_with_an_error(
    caller: Caller, simulator: SimulatorControl, status: int, retry_after: int | None
) -> None:
    task_id = caller.accepted()
    simulator.arm("result_error", status=status, retry_after=retry_after)
    answer = caller.result(task_id)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == (None if retry_after is None else str(retry_after))
    assert caller.result(task_id).status_code == 200


def test_look_gets_no_answer(caller: Caller, simulator: SimulatorControl) -> None:
    task_id = caller.accepted()
    simulator.arm("lost_result")
    with pytest.raises(httpx.RemoteProtocolError):
        caller.result(task_id)


def test_look_is_answered_late(caller: Caller, simulator: SimulatorControl) -> None:
    task_id = caller.accepted()
    simulator.arm("slow_result", seconds=0.3)
    started = time.monotonic()
    caller.result(task_id)
    assert time.monotonic() - started >= 0.3


def test_list_is_answered_with_an_error(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("list_error", status=503)
    assert caller.http.post("/api/v3/predictions", json={}).status_code == 503
