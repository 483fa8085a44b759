"""The tiers: images a minute, concurrent tasks, and inference times."""

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


@pytest.mark.parametrize("retry_after", [None, 7])
def test_submit_over_the_rate_is_answered_429(
    caller: Caller, simulator: SimulatorControl, retry_after: int | None
) -> None:
    simulator.settings(tier="bronze", retry_after_seconds=retry_after)
    answers = [caller.submit() for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].headers.get("retry-after") == (None if retry_after is None else "7")
    assert simulator.stats().rate_limited == 1
    assert simulator.stats().charges == 10


def test_task_over_the_concurrency_waits_and_then_runs(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(concurrent_tasks=2, inference_seconds=0.4)
    ids = [caller.accepted() for _ in range(5)]
    assert caller.result(ids[4]).json()["data"]["status"] == "created"
    assert {caller.ended(task_id)["status"] for task_id in ids} == {"completed"}
    stats = simulator.stats()
    assert (stats.max_in_flight, stats.in_flight, stats.waiting) == (2, 0, 0)


def test_task_over_the_concurrency_may_be_refused_instead(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.settings(concurrent_tasks=1, concurrency_mode="refuse", inference_seconds=60)
    assert [caller.submit().status_code for _ in range(2)] == [200, 429]


def test_more_places_start_waiting_tasks_at_once(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(concurrent_tasks=0)
    task_id = caller.accepted()
    simulator.settings(concurrent_tasks=1)
    assert caller.ended(task_id)["status"] == "completed"


def test_accounts_have_limits_of_their_own() -> None:
    other = Credentials("wsk-not-a-real-key-0002", TEST_CREDENTIALS.webhook_secret)
    settings = Settings(images_per_minute=1, inference_seconds=60)
    with (
        simulator_in_thread(TEST_CREDENTIALS, other, settings=settings) as simulator,
        Caller(simulator.url, TEST_CREDENTIALS.key) as first,
        Caller(simulator.url, other.key) as second,
    ):
        assert [caller.submit().status_code for caller in (first, second, first)] == [200, 200, 429]


def test_two_hundred_tasks_run_at_once(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(tier="gold", inference_seconds=60)
    for number in range(200):
        caller.accepted(f"picture {number}")
    stats = simulator.stats()
    assert (stats.in_flight, stats.max_in_flight, stats.charges) == (200, 200, 200)
