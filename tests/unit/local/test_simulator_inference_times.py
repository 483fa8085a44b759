"""How long a task takes: fixed, or drawn around the model's median."""

from statistics import median

from local.simulator.settings import Settings
from local.simulator.submission import parse_submission
from local.simulator.task import Task
from local.simulator.world import Credentials, World

KEY = "wsk-not-a-real-key-0001"


def _task(world: World, model: str = "bytedance/dreamina-v3.1/text-to-image") -> Task:
    return world.new_task(world.accounts[KEY], parse_submission(model, {"prompt": "x"}, None))


def _world(settings: Settings, seed: int = 1) -> World:
    return World([Credentials(KEY, "whsec_bm90LXJlYWw=")], settings, "http://127.0.0.1:1", seed)


def test_times_are_lognormal_around_the_models_median() -> None:
    world = _world(Settings())
    task = _task(world)
    seconds = sorted(world.inference_seconds(task) for _ in range(2000))
    assert 5.7 < median(seconds) < 6.3
    assert seconds[-20] > 11
    assert seconds[20] > 2


def test_same_seed_draws_the_same_times() -> None:
    first, second = (_world(Settings(), seed=9) for _ in range(2))
    assert first.inference_seconds(_task(first)) == second.inference_seconds(_task(second))


def test_fixed_time_is_scaled_by_the_speed() -> None:
    world = _world(Settings(inference_seconds=6, speed=0.5))
    assert world.inference_seconds(_task(world)) == 3


def test_ordered_slowness_is_not_scaled() -> None:
    world = _world(Settings(speed=0.01))
    world.faults.arm({"kind": "slow_inference", "seconds": 30})
    assert world.inference_seconds(_task(world)) == 30


def test_random_seed_is_drawn_and_a_given_one_is_kept() -> None:
    world = _world(Settings())
    assert _task(world).seed != _task(world).seed
    given = parse_submission("bytedance/seedream-v3.1", {"prompt": "x", "seed": 5}, None)
    assert world.new_task(world.accounts[KEY], given).seed == 5


def test_prediction_has_no_nulls_and_its_types_are_the_documented_ones() -> None:
    shown = _task(_world(Settings())).prediction()
    assert {name: type(value) for name, value in shown.items()} == {
        "id": str,
        "model": str,
        "outputs": list,
        "urls": dict,
        "has_nsfw_contents": list,
        "status": str,
        "created_at": str,
        "error": str,
        "timings": dict,
    }
