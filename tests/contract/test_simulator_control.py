"""The control routes and their client."""

from collections.abc import Iterator

import pytest

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import ControlError, SimulatorControl
from local.simulator.settings import Settings
from local.simulator.stats import Stats


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


def test_one_submit_is_one_charge_in_the_statistics(caller: Caller, simulator: SimulatorControl) -> None:
    data = caller.ended(caller.accepted("one"))
    stats = simulator.stats()
    assert (stats.submits_by_prompt, stats.accepted_by_prompt, stats.charges_by_prompt) == ({"one": 1},) * 3
    assert stats.accepted_by_account == {"…0001": 1}
    assert list(stats.completed_at_ms) == list(stats.accepted_at_ms) == [data["id"]]
    assert stats.result_gets_by_task[data["id"]] >= 1
    assert sum(stats.starts_per_second.values()) == 1


def test_tasks_show_what_the_api_does_not(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("slow_inference", seconds=1)
    task_id = caller.accepted("one", seed=4)
    task = simulator.tasks()[0]
    assert (task["id"], task["seed"], task["charged_microusd"]) == (task_id, 4, 24_000)
    assert list(task["faults"]) == ["slow_inference"]


def test_reset_forgets_everything(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(tier="gold", inference_seconds=60)
    simulator.arm("refuse", count=None, prompt_contains="never")
    task_id = caller.accepted()
    simulator.reset()
    assert simulator.stats() == Stats()
    assert simulator.tasks() == []
    assert caller.result(task_id).status_code == 404
    assert simulator.settings()["tier"] == "silver"
    assert caller.ended(caller.accepted("never"))["status"] == "completed"


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "no_such_kind"},
        {"kind": "refuse", "colour": "red"},
        {"kind": "refuse", "match": {"seed": 1}},
        {"kind": "lost_reply", "send": "some"},
        {"kind": "refuse", "count": "two"},
        {"kind": "refuse", "probability": 2},
        ["refuse"],
    ],
)
def test_fault_that_makes_no_sense_is_refused(caller: Caller, order: object) -> None:
    assert caller.http.post("/_control/faults", json=order).status_code == 400


def test_setting_that_makes_no_sense_is_refused(simulator: SimulatorControl) -> None:
    with pytest.raises(ControlError, match="tier"):
        simulator.settings(tier="platinum")
    with pytest.raises(ControlError, match="no_such_setting"):
        simulator.settings(no_such_setting=1)


def test_armed_faults_and_kinds_can_be_read(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.arm("fail", error_code=1200, prompt_contains="x")
    shown = caller.http.get("/_control/faults").json()
    assert [(fault["kind"], fault["parameters"]["error_code"]) for fault in shown["armed"]] == [
        ("fail", 1200)
    ]
    assert shown["kinds"]["fail"]["place"] == "task"


def test_unknown_task_cannot_be_called_back(simulator: SimulatorControl) -> None:
    with pytest.raises(ControlError, match="404"):
        simulator.send_callback_again("unknown")


def test_task_without_a_webhook_cannot_be_called_back(caller: Caller, simulator: SimulatorControl) -> None:
    with pytest.raises(ControlError, match="no webhook"):
        simulator.send_callback_again(caller.accepted())
