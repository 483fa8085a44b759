"""Which fault strikes whom, and how often."""

import pytest

from local.simulator.fault_kinds import KINDS
from local.simulator.faults import FaultError, Faults
from local.simulator.stats import Stats

MODEL = "bytedance/seedream-v3.1"


@pytest.fixture
def faults() -> Faults:
    return Faults(Stats(), seed=1)


def _strikes(faults: Faults, kind: str, times: int, prompt: str = "x") -> list[bool]:
    return [faults.take(kind, prompt, MODEL) is not None for _ in range(times)]


def test_fault_strikes_once_unless_told_otherwise(faults: Faults) -> None:
    faults.arm({"kind": "refuse"})
    faults.arm({"kind": "lost_reply", "count": 2})
    faults.arm({"kind": "fail", "count": None})
    assert _strikes(faults, "refuse", 2) == [True, False]
    assert _strikes(faults, "lost_reply", 3) == [True, True, False]
    assert all(_strikes(faults, "fail", 50))


def test_chance_strikes_about_as_often_as_said_and_without_end(faults: Faults) -> None:
    faults.arm({"kind": "fail", "probability": 0.3})
    assert 230 <= sum(_strikes(faults, "fail", 1000)) <= 370


def test_first_armed_is_first_to_strike(faults: Faults) -> None:
    faults.arm({"kind": "refuse", "status": 401})
    faults.arm({"kind": "refuse", "status": 402})
    taken = [faults.take("refuse", "x", MODEL) for _ in range(2)]
    assert [params and params["status"] for params in taken] == [401, 402]


def test_parameters_not_given_have_their_defaults(faults: Faults) -> None:
    armed = faults.arm({"kind": "lost_reply", "reset": True})
    assert armed.parameters == {"send": "nothing", "reset": True}


def test_match_must_hold_in_full(faults: Faults) -> None:
    faults.arm({"kind": "fail", "count": None, "match": {"prompt_contains": "bad", "model": MODEL}})
    assert faults.take("fail", "a bad one", MODEL) is not None
    assert faults.take("fail", "a good one", MODEL) is None
    assert faults.take("fail", "a bad one", "another/model") is None


def test_kind_named_in_the_prompt_strikes_each_time(faults: Faults) -> None:
    assert _strikes(faults, "fail", 2, "a sea [fault:fail]") == [True, True]
    assert _strikes(faults, "refuse", 1, "a sea [fault:fail]") == [False]


def test_take_all_uses_up_one_of_each_kind_of_the_place(faults: Faults) -> None:
    for kind in ("never_finish", "nsfw", "late_callback", "refuse"):
        faults.arm({"kind": kind})
    assert set(faults.take_all("task", prompt="x", model_id=MODEL)) == {"never_finish", "nsfw"}
    assert faults.take_all("task", prompt="x", model_id=MODEL) == {}
    assert set(faults.take_all("task", "callback", prompt="x", model_id=MODEL)) == {"late_callback"}


def test_take_first_leaves_the_others_armed(faults: Faults) -> None:
    faults.arm({"kind": "lost_reply"})
    faults.arm({"kind": "refuse"})
    taken = [faults.take_first("submit", "x", MODEL) for _ in range(3)]
    assert [struck and struck[0] for struck in taken] == ["refuse", "lost_reply", None]


@pytest.mark.parametrize(
    "order", [None, {}, {"kind": "x"}, {"kind": "refuse", "count": 0}, {"kind": "lost_reply", "send": "all"}]
)
def test_order_that_makes_no_sense_is_refused(faults: Faults, order: object) -> None:
    with pytest.raises(FaultError):
        faults.arm(order)


@pytest.mark.parametrize("kind", list(KINDS))
def test_defaults_of_every_kind_are_among_its_choices(faults: Faults, kind: str) -> None:
    assert faults.arm({"kind": kind}).parameters == KINDS[kind].parameters
