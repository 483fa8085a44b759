"""WaveSpeed's face: the models, their schemas and prices."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom import adapters
from functional.conftest import Front
from functional.wavespeed_client import DREAMINA, SEEDREAM, Caller
from functional.wavespeed_types import MODEL, PREDICTION, PRICE

DAY = 24 * 3600.0


@pytest.fixture
def caller(gateway: Front) -> Iterator[Caller]:
    made = Caller(gateway.base_url, gateway.api_key)
    yield made
    made.http.close()


def test_the_models_come_with_their_schemas_and_a_price_where_it_is_known(
    caller: Caller, gateway: Front
) -> None:
    dreamina, seedream = caller.data([MODEL], "GET", "/models")
    assert (dreamina["model_id"], dreamina["base_price"]) == (DREAMINA, 0.027)
    assert "base_price" not in seedream
    [schema] = seedream["api_schema"]["api_schemas"]
    assert schema["server"] + schema["api_path"] == f"{gateway.base_url}/api/v3/{SEEDREAM}"
    assert schema["request_schema"]["required"] == ["prompt"]
    assert schema["request_schema"]["properties"]["prompt"]["maxLength"] == 800


def test_a_model_takes_what_its_schema_names(caller: Caller) -> None:
    [_, seedream] = caller.data([MODEL], "GET", "/models")
    schema = seedream["api_schema"]["api_schemas"][0]["request_schema"]
    defaults = {name: p["default"] for name, p in schema["properties"].items() if "default" in p}
    caller.data(PREDICTION, "POST", f"/{SEEDREAM}", json={"prompt": "a fern", **defaults})


@pytest.mark.parametrize("inputs", [None, {}, {"prompt": "a fern"}, {"size": "512*512", "seed": 3}])
def test_a_price_is_told_for_valid_inputs(caller: Caller, inputs: dict[str, Any] | None) -> None:
    body = {"model_id": DREAMINA, **({} if inputs is None else {"inputs": inputs})}
    assert caller.data(PRICE, "POST", "/model/price", json=body) == {
        "model_id": DREAMINA,
        "price": 0.027,
        "discounted_price": 0.027,
        "discount_rate": 0.0,
        "currency": "USD",
    }


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"model_id": SEEDREAM, "inputs": {}}, 400, "not known"),
        ({"model_id": "dall-e", "inputs": {}}, 404, SEEDREAM),
        ({"inputs": {}}, 400, "model_id: is required"),
        ({"model_id": DREAMINA, "inputs": []}, 400, "inputs"),
        ({"model_id": DREAMINA, "inputs": {"size": "1*1"}}, 400, "inputs.size"),
        ({"model_id": DREAMINA, "inputs": {"seed": "1"}}, 400, "inputs.seed"),
        ({"model_id": DREAMINA, "inputs": {"sise": "1"}}, 400, "unknown field; the fields are: size"),
    ],
)  # fmt: skip
def test_no_price_is_made_up(caller: Caller, body: dict[str, Any], status: int, says: str) -> None:
    given, refusal = caller.refused("POST", "/model/price", json=body)
    assert given == status
    assert says in refusal["message"]


def test_a_price_that_the_operator_stored_is_told(caller: Caller) -> None:
    adapters.prices().store({SEEDREAM: 24_000}, time.time())
    adapters.prices.cache_clear()
    price = caller.data(PRICE, "POST", "/model/price", json={"model_id": SEEDREAM, "inputs": {}})
    assert price["price"] == 0.024
    assert caller.data([MODEL], "GET", "/models")[1]["base_price"] == 0.024
