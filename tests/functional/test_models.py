"""The catalogue's routes, through the handler."""

import json
import time
from typing import Any

import pytest

from darkroom import adapters
from darkroom.jobs.catalogue import MODELS
from query.app import lambda_handler

pytestmark = pytest.mark.usefixtures("stack")

DREAMINA = "bytedance/dreamina-v3.1/text-to-image"
SEEDREAM = "bytedance/seedream-v3.1"


@pytest.fixture
def listed(event: Any, context: Any) -> Any:
    def read(query: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        reply = lambda_handler(event("query-list-models") | {"queryStringParameters": query}, context)
        return reply["statusCode"], json.loads(reply["body"])

    return read


@pytest.fixture
def got(event: Any, context: Any) -> Any:
    def read(name: str) -> tuple[int, dict[str, Any]]:
        changed = event("query-get-model")
        changed["pathParameters"] = {"model": name}
        reply = lambda_handler(changed, context)
        return reply["statusCode"], json.loads(reply["body"])

    return read


def test_the_list_has_every_model_with_its_price_and_limits(listed: Any) -> None:
    status, body = listed()
    dreamina, seedream = body["data"]
    assert (status, body["object"]) == (200, "list")
    assert [dreamina["id"], seedream["id"]] == [model.id for model in MODELS]
    assert dreamina["object"] == "model"
    assert isinstance(dreamina["created"], int)
    assert dreamina["owned_by"] == dreamina["provider"] == "bytedance"
    assert dreamina["modality"] == "image"
    assert "dreamina-v3.1" in dreamina["aliases"]
    assert dreamina["sizes"] == {"default": "1328x1328", "min": "512x512", "max": "2048x2048"}
    assert dreamina["pricing"] == {"usd_per_image": 0.027}
    assert seedream["prompt"] == {"max_characters": 800, "advised_characters": 120}
    assert seedream["pricing"] == {"usd_per_image": "unknown"}
    assert dreamina["name"]
    assert dreamina["description"]


def test_a_price_that_the_operator_stored_is_shown(listed: Any, got: Any) -> None:
    adapters.prices().store({SEEDREAM: 30_000}, time.time())
    assert got(SEEDREAM)[1]["pricing"] == {"usd_per_image": 0.03}
    assert [model["pricing"]["usd_per_image"] for model in listed()[1]["data"]] == [0.027, 0.03]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"modality": "image"}, 2),
        ({"provider": "bytedance"}, 2),
        ({"modality": "image", "provider": "ByteDance"}, 2),
        ({"modality": "video"}, 0),
        ({"provider": "openai"}, 0),
        ({"modality": "image", "provider": ""}, 0),
    ],
)
def test_the_list_is_filtered_and_an_unknown_value_finds_nothing(
    listed: Any, query: dict[str, str], found: int
) -> None:
    status, body = listed(query)
    assert (status, len(body["data"])) == (200, found)


def test_a_filter_of_another_name_is_refused(listed: Any) -> None:
    status, body = listed({"owner": "bytedance"})
    assert (status, body["error"]["param"]) == (422, "owner")


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        (DREAMINA, DREAMINA),
        (DREAMINA.replace("/", "%2F"), DREAMINA),
        (DREAMINA.replace("/", "%2f", 1), DREAMINA),
        ("bytedance/bytedance-dreamina-v3.1-text-to-image", DREAMINA),
        ("dreamina-v3.1", DREAMINA),
        ("seedream-v3.1", SEEDREAM),
    ],
)
def test_a_model_is_found_however_its_name_is_written(got: Any, listed: Any, name: str, id_: str) -> None:
    status, model = got(name)
    assert (status, model["id"]) == (200, id_)
    assert model in listed()[1]["data"]


@pytest.mark.parametrize("name", ["dall-e-3", DREAMINA + "/", "bytedance", "%2F", "%FF", "a b", "\n"])
def test_an_unknown_model_is_not_found(got: Any, name: str) -> None:
    status, body = got(name)
    assert (status, body["error"]["type"]) == (404, "not_found")
