"""A request's fingerprint, and what upstream is sent of it."""

from dataclasses import fields, replace
from typing import Any

import pytest

from darkroom.jobs.request import ImageRequest, Priority, WebhookFormat

REQUEST = ImageRequest("a/model", "a red bicycle", 1024, 768, metadata={"order": "7", "shop": "b"})
OTHER: dict[str, Any] = {
    "model": "another/model",
    "prompt": "a red bicycle ",
    "width": 1025,
    "height": 769,
    "seed": 7,
    "enable_prompt_expansion": False,
    "webhook_url": "https://hooks.example.com",
    "metadata": {"order": "8", "shop": "b"},
    "tag": "spring",
    "deadline_seconds": 60,
    "webhook_format": WebhookFormat.PREDICTION,
    "inline_output": True,
    "part": "1/2",
    "priority": Priority.HIGH,
}


def test_the_order_of_the_metadata_doesn_t_matter() -> None:
    assert replace(REQUEST, metadata={"shop": "b", "order": "7"}).fingerprint == REQUEST.fingerprint


@pytest.mark.parametrize("name", [field.name for field in fields(ImageRequest)])
def test_every_field_matters_to_the_fingerprint(name: str) -> None:
    changed = replace(REQUEST, **{name: OTHER[name]})
    assert changed.fingerprint != REQUEST.fingerprint


def test_upstream_is_sent_the_picture_s_wishes_alone() -> None:
    request = replace(REQUEST, webhook_url="https://hooks.example.com", tag="spring", seed=-1)
    assert request.upstream_inputs(seed=42) == {
        "prompt": "a red bicycle",
        "size": "1024*768",
        "seed": 42,
        "enable_prompt_expansion": True,
        "enable_base64_output": False,
        "enable_sync_mode": False,
    }


def test_the_prompt_s_hash_doesn_t_hold_the_prompt() -> None:
    assert len(REQUEST.prompt_hash) == 16
    assert REQUEST.prompt_hash != replace(REQUEST, prompt="another").prompt_hash
