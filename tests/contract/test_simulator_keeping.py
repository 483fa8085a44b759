"""What is kept, and for whom: lists, deletions, expiry, accounts."""

from collections.abc import Iterator

import pytest

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings
from local.simulator.world import Credentials


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


def test_list_pages_newest_first_and_echoes_input_unless_switched_off(
    caller: Caller, simulator: SimulatorControl
) -> None:
    ids = [caller.accepted(f"picture {number}") for number in range(3)]
    assert [item["id"] for item in caller.listed(page=1, page_size=2)] == [ids[2], ids[1]]
    assert [item["id"] for item in caller.listed(page=2, page_size=2)] == [ids[0]]
    assert caller.listed(page_size=1)[0]["input"]["prompt"] == "picture 2"
    simulator.settings(list_echoes_input=False)
    assert "input" not in caller.listed(page_size=1)[0]


def test_list_filters_by_model_status_and_time(caller: Caller) -> None:
    first = caller.ended(caller.accepted())
    second = caller.ended(caller.accepted(model="bytedance/dreamina-v3.1/text-to-image"))
    assert [item["id"] for item in caller.listed(model=second["model"])] == [second["id"]]
    assert [item["id"] for item in caller.listed(created_after=first["created_at"])] == [second["id"]]
    assert [item["id"] for item in caller.listed(created_before=second["created_at"])] == [first["id"]]
    assert caller.listed(status="failed") == []
    assert len(caller.listed(status="completed")) == 2


@pytest.mark.parametrize("query", [{"page_size": 101}, {"page": 0}, {"page": "1"}, {"created_after": "soon"}])
def test_list_refuses_bad_queries(caller: Caller, query: dict[str, object]) -> None:
    caller.accepted()
    assert caller.http.post("/api/v3/predictions", json=query).status_code == 400


def test_list_covers_its_window_only(caller: Caller, simulator: SimulatorControl) -> None:
    caller.accepted()
    simulator.settings(list_window_seconds=0)
    assert caller.listed() == []


def test_delete_of_a_running_task_stops_it_and_keeps_the_charge(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.settings(inference_seconds=60)
    task_id = caller.accepted()
    answer = caller.http.delete(f"/api/v3/predictions/{task_id}").json()
    assert answer["data"] == {"id": task_id, "status": "deleted"}
    assert caller.result(task_id).json()["data"]["status"] == "deleted"
    stats = simulator.stats()
    assert (stats.in_flight, stats.refunded_microusd) == (0, 0)


def test_delete_before_the_start_gives_the_whole_charge_back(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.settings(concurrent_tasks=0)
    task_id = caller.accepted()
    caller.http.delete(f"/api/v3/predictions/{task_id}")
    stats = simulator.stats()
    assert stats.charged_microusd_by_task == {task_id: 0}
    assert stats.waiting == 0


def test_delete_of_a_completed_task_takes_its_output_away(caller: Caller) -> None:
    data = caller.ended(caller.accepted())
    caller.http.delete(f"/api/v3/predictions/{data['id']}")
    assert caller.http.get(data["outputs"][0]).status_code == 404


def test_delete_of_many_counts_the_known_ones(caller: Caller) -> None:
    ids = [caller.accepted(), caller.accepted()]
    answer = caller.http.post("/api/v3/predictions/delete", json={"ids": [*ids, "unknown"]})
    assert answer.json()["data"] == {"deleted_count": 2}


def test_output_expires(caller: Caller, simulator: SimulatorControl) -> None:
    output = caller.ended(caller.accepted())["outputs"][0]
    simulator.settings(output_ttl_seconds=0, expired_output_status=410)
    assert caller.http.get(output).status_code == 410


def test_one_accounts_task_is_unknown_to_another() -> None:
    other = Credentials("wsk-not-a-real-key-0002", TEST_CREDENTIALS.webhook_secret)
    with (
        simulator_in_thread(TEST_CREDENTIALS, other, settings=Settings(inference_seconds=0)) as simulator,
        Caller(simulator.url, TEST_CREDENTIALS.key) as owner,
        Caller(simulator.url, other.key) as stranger,
    ):
        task_id = owner.accepted()
        assert stranger.result(task_id).status_code == 404
        assert stranger.listed() == []
        assert owner.result(task_id).status_code == 200
