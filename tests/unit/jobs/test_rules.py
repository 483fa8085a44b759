"""What a request must be for its model: each limit on both of its sides, and every problem at once."""

from typing import Any

import pytest

from darkroom.jobs.catalogue import DREAMINA_V31, SEEDREAM_V31
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.rules import Draft, InvalidRequestError, checked_request


def checked(**given: Any) -> ImageRequest:
    draft = Draft(**{"model": "seedream-v3.1", "prompt": "a red bicycle", **given})
    return checked_request(draft, default_deadline_seconds=3_600)


def problem_fields(**given: Any) -> list[str]:
    with pytest.raises(InvalidRequestError) as refusal:
        checked(**given)
    return [problem.field for problem in refusal.value.problems]


def test_what_is_not_given_comes_from_the_model_and_the_stack() -> None:
    request = checked(model="dreamina-v3.1")
    assert request.model == DREAMINA_V31.id
    assert (request.width, request.height) == DREAMINA_V31.default_size
    assert (request.seed, request.deadline_seconds, dict(request.metadata)) == (-1, 3_600, {})


@pytest.mark.parametrize("size", ["640*768", "640x768", "640X768"])
def test_a_size_may_be_spelled_with_a_star_or_an_x(size: str) -> None:
    request = checked(size=size)
    assert (request.width, request.height, request.size) == (640, 768, "640*768")


def test_width_and_height_are_a_size_too() -> None:
    assert checked(width=512, height=2048).size == "512*2048"


@pytest.mark.parametrize(
    "given",
    [
        {"size": "511*512"},
        {"size": "512*2049"},
        {"size": "512"},
        {"size": ""},
        {"size": "512*512 "},
        {"size": "-512*512"},
        {"size": "٥١٢*512"},
        {"size": "5e2*512"},
        {"size": "640*640", "width": 640, "height": 640},
    ],
)
def test_a_size_that_is_no_size_is_named(given: dict[str, Any]) -> None:
    assert problem_fields(**given) == ["size"]


def test_width_without_height_is_half_a_size() -> None:
    assert problem_fields(width=640) == ["height"]
    assert problem_fields(height=640) == ["width"]


def test_each_side_out_of_range_is_named() -> None:
    assert problem_fields(width=1, height=9_999) == ["width", "height"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n"}, "prompt"),
        ({"prompt": "x" * 801}, "prompt"),
        ({"seed": -2}, "seed"),
        ({"seed": 2_147_483_648}, "seed"),
        ({"deadline_seconds": 4}, "deadline_seconds"),
        ({"deadline_seconds": 0}, "deadline_seconds"),
        ({"deadline_seconds": 86_401}, "deadline_seconds"),
        ({"tag": ""}, "tag"),
        ({"tag": "t" * 65}, "tag"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"metadata": {"": "value"}}, "metadata"),
        ({"metadata": {"k" * 65: ""}}, "metadata"),
        ({"metadata": {"key": "v" * 513}}, "metadata"),
        ({"model": "no-such-model"}, "model"),
    ],
)
def test_beyond_a_limit_is_refused(given: dict[str, Any], field: str) -> None:
    assert problem_fields(**given) == [field]


@pytest.mark.parametrize(
    "given",
    [
        {"prompt": "x" * SEEDREAM_V31.prompt_max_characters},
        {"seed": -1},
        {"seed": 0},
        {"seed": 2_147_483_647},
        {"deadline_seconds": 5},
        {"deadline_seconds": 86_400},
        {"tag": "t" * 64},
        {"metadata": {str(n): "v" * 512 for n in range(16)}},
        {"metadata": {"k" * 64: ""}},
    ],
)
def test_at_a_limit_is_taken(given: dict[str, Any]) -> None:
    request = checked(**given)
    assert {name: getattr(request, name) for name in given} == given


def test_all_problems_are_told_at_once() -> None:
    assert problem_fields(prompt="", size="1*1", seed=-9, tag="") == ["prompt", "size", "size", "seed", "tag"]
