"""WaveSpeed's face by raw HTTP, as its CLI and n8n call it, and its webhooks as a receiver sees them."""

import hashlib
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom.wavespeed.callback import read_callback, verify_signature
from functional.wavespeed_client import Caller
from functional.wavespeed_types import (
    DELETED,
    DELETED_COUNT,
    DELIVERED,
    MODEL,
    PAGE,
    PREDICTION,
    PRICE,
    check,
)
from stack.conftest import DREAMINA, SEEDREAM, Stack


@pytest.fixture
def caller(stack: Stack) -> Iterator[Caller]:
    made = Caller(stack.state["api_url"], stack.state["api_key"])
    yield made
    made.http.close()


def an_input(prompt: str, **fields: Any) -> dict[str, Any]:
    return {"prompt": prompt, "size": "512*512", **fields}


def sha256_at(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return hashlib.sha256(answer.read()).hexdigest()


def test_predictions_are_listed_and_deleted(stack: Stack, caller: Caller) -> None:
    ids = [stack.submit(f"leaf {number}")["id"] for number in range(3)]
    for job_id in ids:
        stack.api.finished(job_id)
    page = caller.data(PAGE, "POST", "/predictions", json={"page": 1, "page_size": 3})
    assert [item["id"] for item in page["items"]] == ids[::-1]
    assert all(item["outputs"] for item in page["items"])
    count = caller.data(DELETED_COUNT, "POST", "/predictions/delete", json={"ids": [*ids[1:], "job_unknown"]})
    assert count == {"deleted_count": 2}
    newest = caller.data(PAGE, "POST", "/predictions", json={"page_size": 1})["items"]
    assert newest[0]["id"] == ids[0]
    assert caller.refused("GET", f"/predictions/{ids[1]}/result")[0] == 404
    assert stack.api.job(ids[1])["status"] == "completed"


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
def test_a_webhook_carries_the_prediction_as_wavespeeds_own_would(
    stack: Stack, caller: Caller, end: str
) -> None:
    if end == "failed":
        stack.simulator.arm("fail", message="no such luck")
    if end == "cancelled":
        stack.simulator.arm("slow_inference", seconds=60)
    asked = an_input("a bell in the wind", seed=7)
    made = caller.data(PREDICTION, "POST", f"/{DREAMINA}", params={"webhook": stack.webhook_url}, json=asked)
    if end == "cancelled":
        caller.data(DELETED, "DELETE", f"/predictions/{made['id']}")
    [received] = stack.received(1)
    assert (received.verified, received.scheme) == (True, "v3")
    body = received.body.encode()
    verify_signature(stack.state["webhook_secret"], received.headers, body, time.time())
    assert read_callback(body).prediction_id == made["id"]
    told = received.json()
    check(told, DELIVERED, "webhook")
    assert (told["status"], told["created_at"], told["input"]["seed"]) == (end, made["created_at"], 7)
    if end == "completed":
        assert sha256_at(told["outputs"][0]) == stack.api.job(made["id"])["outputs"][0]["sha256"]
    else:
        assert told["error"]


def test_models_and_prices_are_told(caller: Caller) -> None:
    assert [model["model_id"] for model in caller.data([MODEL], "GET", "/models")] == [DREAMINA, SEEDREAM]
    price = caller.data(PRICE, "POST", "/model/price", json={"model_id": DREAMINA, "inputs": {}})
    assert price["price"] == 0.027
