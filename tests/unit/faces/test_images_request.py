"""The body of OpenAI's `POST /v1/images/generations`: what it may be, and the requests it becomes."""

import json
from dataclasses import fields
from typing import Any

import pytest
from openai.types.image_generate_params import ImageGenerateParamsBase

from darkroom.faces.openai.images_request import IGNORED_FIELDS, ImagesCall, ImagesRequest, parse_images_call
from darkroom.http.errors import ApiError
from darkroom.jobs.request import Priority
from darkroom.settings import Settings, read_settings

MODEL = "bytedance/dreamina-v3.1/text-to-image"
BODY = {"prompt": "a lighthouse at dusk", "model": "dreamina-v3.1", "size": "512x512"}


@pytest.fixture
def settings() -> Settings:
    variables = {field.name.upper(): "7" for field in fields(Settings)}
    return read_settings(variables | {"DEFAULT_MODEL": MODEL, "WEBHOOK_PORTS": "443", "LOCAL_TARGETS": ""})


def parse(settings: Settings, **changes: Any) -> ImagesCall:
    """The body with these fields changed; `...` takes a field away. The header's tag is `header`."""
    body = {name: value for name, value in (BODY | changes).items() if value is not ...}
    return parse_images_call(json.dumps(body).encode(), settings, "api.test", "header")


def refused(settings: Settings, **changes: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse(settings, **changes)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "param", "says"),
    [
        ({"prompt": ...}, "prompt", "required"),
        ({"prompt": None}, "prompt", "string"),
        ({"prompt": " "}, "prompt", "empty"),
        ({"n": 0}, "n", "1 to 10"),
        ({"n": 11}, "n", "1 to 10"),
        ({"n": "2"}, "n", "integer"),
        ({"n": True}, "n", "integer"),
        ({"size": "256x256"}, "size", "between 512 and 2048"),
        ({"size": "large"}, "size", "WIDTHxHEIGHT"),
        ({"response_format": "png"}, "response_format", "b64_json"),
        ({"stream": True}, "stream", "not streamed"),
        ({"quality": 5}, "quality", "string"),
        ({"seed": -2}, "seed", "-1"),
        ({"seed": None}, "seed", "integer"),
        ({"seed": 2147483647, "n": 2}, "seed", "2147483646"),
        ({"webhook_url": "http://hooks.example.com"}, "webhook_url", "https"),
        ({"webhook_url": "https://api.test/x"}, "webhook_url", ""),
        ({"metadata": {"a": 1}}, "metadata.a", "string"),
        ({"tag": "x" * 65}, "tag", "64"),
        ({"deadline_seconds": 4}, "deadline_seconds", "5"),
        ({"priority": "urgent"}, "priority", "high"),
        ({"priority": 1}, "priority", "low"),
        ({"promt": "typo"}, "promt", "unknown field"),
        ({"n": 10, "size": "2048x2048", "response_format": "b64_json"}, "n", "8 at most"),
    ],
)
def test_a_bad_value_is_400_and_named(
    settings: Settings, changes: dict[str, Any], param: str, says: str
) -> None:
    error = refused(settings, **changes)
    assert (error.status, error.code) == (400, "invalid_parameter")
    assert error.problems[0].field == param
    assert says in str(error)


def test_all_problems_are_named_at_once(settings: Settings) -> None:
    error = refused(settings, n=0, quality=5, promt="typo")
    assert [problem.field for problem in error.problems] == ["n", "quality", "promt"]


@pytest.mark.parametrize(("body", "status"), [(b"no json", 400), (b"[]", 400), (b"[" * 100_000, 413)])
def test_a_body_that_is_no_object_is_refused(settings: Settings, body: bytes, status: int) -> None:
    with pytest.raises(ApiError) as caught:
        parse_images_call(body, settings, "api.test", None)
    assert caught.value.status == status


def test_an_unknown_model_is_404(settings: Settings) -> None:
    error = refused(settings, model="dall-e-3")
    assert (error.status, error.code) == (404, "model_not_found")
    assert json.loads(error.body)["error"]["param"] == "model"
    assert "bytedance/seedream-v3.1" in str(error)


@pytest.mark.parametrize("name", [MODEL, "dreamina-v3.1", "bytedance/bytedance-dreamina-v3.1-text-to-image"])
def test_a_model_goes_by_its_id_and_its_aliases(settings: Settings, name: str) -> None:
    assert parse(settings, model=name).requests[0].model == MODEL


@pytest.mark.parametrize("given", [..., None])
def test_what_is_not_given_is_the_default(settings: Settings, given: Any) -> None:
    names = ["model", "n", "size", "response_format", "stream", "metadata", "tag", "deadline_seconds"]
    call = parse(settings, **dict.fromkeys([*names, "priority"], given))
    [request] = call.requests
    assert (request.model, request.size, request.part) == (MODEL, "1328*1328", None)
    assert request.priority is Priority.NORMAL
    assert not call.inline
    assert not request.inline_output


@pytest.mark.parametrize(("size", "expected"), [("auto", "1328*1328"), ("512x2048", "512*2048")])
def test_a_size_may_be_auto_or_spelt_with_x_or_asterisk(settings: Settings, size: str, expected: str) -> None:
    assert parse(settings, size=size).requests[0].size == expected
    assert parse(settings, size=size.replace("x", "*")).requests[0].size == expected


@pytest.mark.parametrize(
    ("seed", "seeds"),
    [(7, [7, 8, 9]), (-1, [-1, -1, -1]), (2147483645, [2147483645, 2147483646, 2147483647])],
)
def test_a_seed_counts_up_and_a_random_one_stays_random(
    settings: Settings, seed: int, seeds: list[int]
) -> None:
    requests = parse(settings, n=3, seed=seed).requests
    assert [request.seed for request in requests] == seeds
    assert [request.part for request in requests] == ["1/3", "2/3", "3/3"]


def test_what_goes_through_the_extra_body_reaches_the_request(settings: Settings) -> None:
    extra = {
        "seed": 5,
        "enable_prompt_expansion": False,
        "webhook_url": "https://hooks.example.com/x",
        "metadata": {"order": "1"},
        "tag": "spring",
        "deadline_seconds": 60,
        "priority": "high",
    }
    [request] = parse(settings, **extra).requests
    assert {name: getattr(request, name) for name in extra} == extra


def test_all_pictures_of_one_call_have_its_priority(settings: Settings) -> None:
    assert {request.priority for request in parse(settings, n=4, priority="low").requests} == {Priority.LOW}


def test_a_bodys_tag_comes_before_the_headers(settings: Settings) -> None:
    assert parse(settings).requests[0].tag == "header"
    assert parse(settings, tag="spring").requests[0].tag == "spring"


def test_the_format_of_the_answer_is_part_of_the_request(settings: Settings) -> None:
    """The same Idempotency-Key with the other one is another request."""
    plain, inline = parse(settings), parse(settings, response_format="b64_json")
    assert inline.inline
    assert plain.requests[0].fingerprint != inline.requests[0].fingerprint


def test_only_what_was_given_is_named_as_ignored(settings: Settings) -> None:
    given = {"quality": "hd", "style": None, "user": "u-1", "svg": {"model": "x"}, "frame_count": 4}
    assert parse(settings, **given).ignored == ("quality", "user", "frame_count", "svg")


def test_every_field_that_the_client_types_is_taken() -> None:
    """A new release of the client may bring more."""
    assert ImageGenerateParamsBase.__annotations__.keys() | {"stream"} <= ImagesRequest.model_fields.keys()
    assert set(IGNORED_FIELDS) <= ImageGenerateParamsBase.__annotations__.keys()
