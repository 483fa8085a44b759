"""Models, prices, balance, webhook secret, and the ledger behind them."""

from collections.abc import Iterator

import pytest

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


DREAMINA_ID = "bytedance/dreamina-v3.1/text-to-image"


def _balance_usd(caller: Caller) -> float:
    return float(caller.http.get("/api/v3/balance").json()["data"]["balance"])


def test_models_are_listed_with_their_request_schema(caller: Caller) -> None:
    models = {model["model_id"]: model for model in caller.http.get("/api/v3/models").json()["data"]}
    schema = models[DREAMINA_ID]["api_schema"]["api_schemas"][0]
    assert models[DREAMINA_ID]["base_price"] == 0.027
    assert schema["api_path"] == f"/api/v3/{DREAMINA_ID}"
    assert schema["request_schema"]["required"] == ["prompt"]
    assert schema["request_schema"]["properties"]["size"]["default"] == "1328*1328"


def test_price_of_a_model_can_be_asked_and_set(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(prices_microusd={"bytedance/seedream-v3.1": 31_000})
    answer = caller.http.post(
        "/api/v3/model/price", json={"model_id": "bytedance/seedream-v3.1", "inputs": {"prompt": "x"}}
    )
    assert answer.json()["data"]["price"] == 0.031
    assert answer.json()["data"]["currency"] == "USD"


def test_price_of_an_unknown_model_is_not_found(caller: Caller) -> None:
    assert caller.http.post("/api/v3/model/price", json={"model_id": "no/such"}).status_code == 404


def test_balance_falls_by_the_price_of_each_accepted_task(caller: Caller) -> None:
    before = _balance_usd(caller)
    caller.accepted(model=DREAMINA_ID)
    assert before - _balance_usd(caller) == pytest.approx(0.027)


def test_failed_task_is_refunded(caller: Caller, simulator: SimulatorControl) -> None:
    before = _balance_usd(caller)
    simulator.arm("fail")
    task_id = caller.accepted()
    caller.ended(task_id)
    assert _balance_usd(caller) == before
    assert simulator.stats().charged_microusd_by_task == {task_id: 0}


def test_empty_balance_refuses_with_402(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(balance_microusd=0)
    answer = caller.submit()
    assert (answer.status_code, answer.json()["error_code"]) == (402, 1407)
    assert simulator.stats().accepted == 0


def test_empty_balance_may_show_as_a_task_that_fails_with_1407(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.settings(balance_microusd=0, insufficient_credits="1407")
    data = caller.ended(caller.accepted())
    assert (data["status"], data["code"]) == ("failed", 1407)
    assert simulator.stats().charges == 0


def test_webhook_secret_is_told(caller: Caller) -> None:
    assert caller.http.get("/api/v3/webhook/secret").json()["data"] == {
        "secret": TEST_CREDENTIALS.webhook_secret
    }


@pytest.mark.parametrize("path", ["models", "balance", "webhook/secret"])
def test_account_routes_want_the_key(caller: Caller, path: str) -> None:
    answer = caller.http.get(f"/api/v3/{path}", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


OTHER_KEY, OTHER_SECRET = "wsk-not-a-real-key-0002", "whsec_bm90LWEtcmVhbC1zZWNyZXQtMDAwMg=="


def test_an_opened_account_has_a_balance_tasks_and_a_secret_of_its_own(
    caller: Caller, simulator: SimulatorControl
) -> None:
    simulator.open_account(OTHER_KEY, OTHER_SECRET, balance_microusd=1_000_000)
    before = _balance_usd(caller)
    with Caller(simulator.url, OTHER_KEY) as other:
        task_id = other.accepted(model=DREAMINA_ID)
        assert _balance_usd(other) == pytest.approx(0.973)
        assert other.http.get("/api/v3/webhook/secret").json()["data"] == {"secret": OTHER_SECRET}
        assert caller.result(task_id).status_code == 404
        simulator.reset()
        assert other.http.get("/api/v3/balance").status_code == 401
    assert _balance_usd(caller) == before


def test_an_opened_account_has_a_rate_of_its_own(caller: Caller, simulator: SimulatorControl) -> None:
    simulator.settings(images_per_minute=1)
    simulator.open_account(OTHER_KEY, OTHER_SECRET)
    with Caller(simulator.url, OTHER_KEY) as other:
        assert [each.submit().status_code for each in (caller, other)] == [200, 200]
        assert [each.submit().status_code for each in (caller, other)] == [429, 429]


@pytest.mark.parametrize("order", [{}, {"key": ""}, {"key": "k", "webhook_secret": 1}, []])
def test_an_account_that_makes_no_sense_is_refused(caller: Caller, order: object) -> None:
    assert caller.http.post("/_control/accounts", json=order).status_code == 400
