"""The catalogue: each model is found by its names and has sane rows."""

import pytest

from darkroom.jobs.catalogue import DREAMINA_V31, MODELS, SEEDREAM_V31, Model, find_model


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_model_is_found_by_its_id_and_by_each_alias(model: Model) -> None:
    assert {find_model(name) for name in (model.id, *model.aliases)} == {model}


def test_no_two_models_share_a_name() -> None:
    names = [name for model in MODELS for name in (model.id, *model.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["", "dreamina", "DREAMINA-V3.1", " dreamina-v3.1"])
def test_what_is_not_a_model_s_name_finds_none(name: str) -> None:
    assert find_model(name) is None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_model_s_default_size_is_within_its_limits(model: Model) -> None:
    assert all(model.min_pixels <= side <= model.max_pixels for side in model.default_size)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_model_says_who_made_it(model: Model) -> None:
    assert model.provider == "bytedance"


def test_the_models_differ_where_their_pages_differ() -> None:
    assert DREAMINA_V31.default_size == (1328, 1328)
    assert SEEDREAM_V31.default_size == (1024, 1024)
    assert DREAMINA_V31.price_microusd == 27_000
    assert SEEDREAM_V31.price_microusd is None
