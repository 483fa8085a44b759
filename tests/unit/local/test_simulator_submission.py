"""The documented ranges of a submit's body."""

from typing import Any

import pytest

from local.simulator.answers import RefusalError
from local.simulator.submission import parse_submission

DREAMINA, SEEDREAM = "bytedance/dreamina-v3.1/text-to-image", "bytedance/seedream-v3.1"


def _refused(body: object, model: str = SEEDREAM, webhook: str | None = None) -> tuple[int, object]:
    with pytest.raises(RefusalError) as refused:
        parse_submission(model, body, webhook)
    return refused.value.status, refused.value.body.get("error_code")


@pytest.mark.parametrize(("model", "size"), [(DREAMINA, (1328, 1328)), (SEEDREAM, (1024, 1024))])
def test_defaults_are_those_of_the_models_page(model: str, size: tuple[int, int]) -> None:
    submission = parse_submission(model, {"prompt": "x"}, None)
    assert (submission.width, submission.height) == size
    assert submission.input == {
        "prompt": "x",
        "size": f"{size[0]}*{size[1]}",
        "seed": -1,
        "enable_prompt_expansion": True,
        "enable_base64_output": False,
        "enable_sync_mode": False,
    }


@pytest.mark.parametrize("field", [{"size": "512*2048"}, {"seed": 2147483647}, {"seed": -1}, {"seed": 0}])
def test_ends_of_the_ranges_are_taken(field: dict[str, Any]) -> None:
    assert parse_submission(DREAMINA, {"prompt": "x", **field}, None).input.items() >= field.items()


@pytest.mark.parametrize(
    "field",
    [
        {"size": "511*1024"},
        {"size": "1024*2049"},
        {"size": "1024x1024"},
        {"size": "1024"},
        {"size": 1024},
        {"size": "-1024*1024"},
        {"size": None},
        {"seed": -2},
        {"seed": 2147483648},
        {"seed": 1.5},
        {"seed": True},
        {"seed": "1"},
        {"enable_sync_mode": "true"},
        {"enable_base64_output": 1},
        {"enable_prompt_expansion": None},
        {"prompt": 7},
        {"webhook_url": "ftp://example.com/"},
        {"webhook_url": "https:///no-host"},
        {"webhook_url": 7},
    ],
)
def test_outside_the_ranges_is_an_invalid_parameter(field: dict[str, Any]) -> None:
    assert _refused({"prompt": "x", **field}) == (400, 1401)


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": None}])
def test_prompt_is_required(body: dict[str, Any]) -> None:
    assert _refused(body) == (400, 1400)


@pytest.mark.parametrize("body", [[], "x", None])
def test_body_must_be_an_object(body: object) -> None:
    assert _refused(body) == (400, 1401)


def test_only_seedream_limits_the_prompts_length() -> None:
    assert parse_submission(SEEDREAM, {"prompt": "山" * 800}, None).prompt == "山" * 800
    assert _refused({"prompt": "山" * 801}) == (400, 1401)
    assert len(parse_submission(DREAMINA, {"prompt": "x" * 5000}, None).prompt) == 5000


def test_unknown_model_is_not_found() -> None:
    assert _refused({"prompt": "x"}, "bytedance/seedream-v9")[0] == 404


def test_webhook_of_the_query_wins_over_the_bodys() -> None:
    body = {"prompt": "x", "webhook_url": "https://example.com/body"}
    assert (
        parse_submission(SEEDREAM, body, "https://example.com/query").webhook_url
        == "https://example.com/query"
    )
    assert parse_submission(SEEDREAM, body, None).webhook_url == "https://example.com/body"


def test_unknown_fields_are_passed_over() -> None:
    assert "width" not in parse_submission(DREAMINA, {"prompt": "x", "width": 7}, None).input
