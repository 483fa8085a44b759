"""A submit's body, checked against the tables of the two model pages."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.simulator.answers import BASE64_WITH_WEBHOOK, RefusalError, refusal
from local.simulator.catalogue import MODELS, Model

MISSING_PARAMETER, INVALID_PARAMETER = 1400, 1401
SIZE = re.compile(r"(\d{1,5})\*(\d{1,5})")
SMALLEST_SIDE, LARGEST_SIDE = 512, 2048
LARGEST_SEED = 2147483647
FLAGS = {"enable_prompt_expansion": True, "enable_base64_output": False, "enable_sync_mode": False}


@dataclass(frozen=True)
class Submission:
    """`input` is what list items and callbacks echo: the body's known fields, defaults filled in."""

    model: Model
    input: dict[str, Any]
    width: int
    height: int
    webhook_url: str | None

    @property
    def prompt(self) -> str:
        return str(self.input["prompt"])

    @property
    def is_sync(self) -> bool:
        return bool(self.input["enable_sync_mode"])

    @property
    def wants_base64(self) -> bool:
        return bool(self.input["enable_base64_output"])


def parse_submission(model_id: str, body: object, webhook_query: str | None) -> Submission:
    """Raises RefusalError: 404 for an unknown model, 400 for anything outside the documented ranges."""
    model = MODELS.get(model_id)
    if model is None:
        raise refusal(404, f"model not found: {model_id}")
    if not isinstance(body, dict):
        raise _invalid("the request body must be a JSON object")
    size = body.get("size", model.default_size)
    width, height = _size(size)
    fields = {"prompt": _prompt(model, body), "size": size, "seed": _seed(body), **_flags(body)}
    submission = Submission(
        model, fields, width, height, _webhook_url(webhook_query or body.get("webhook_url"))
    )
    if submission.webhook_url and submission.wants_base64:
        raise RefusalError(400, {"error": BASE64_WITH_WEBHOOK})
    return submission


def _invalid(message: str) -> RefusalError:
    return refusal(400, message, INVALID_PARAMETER)


def _prompt(model: Model, body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    if prompt is None or prompt == "":
        raise refusal(400, "missing required parameter: prompt", MISSING_PARAMETER)
    if not isinstance(prompt, str):
        raise _invalid("prompt must be a string")
    if model.prompt_limit and len(prompt) > model.prompt_limit:
        raise _invalid(f"prompt must be at most {model.prompt_limit} characters")
    return prompt


def _size(size: object) -> tuple[int, int]:
    match = SIZE.fullmatch(size) if isinstance(size, str) else None
    if match is None:
        raise _invalid("size must be WIDTH*HEIGHT")
    width, height = int(match[1]), int(match[2])
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise _invalid(f"each dimension of size must be {SMALLEST_SIDE} to {LARGEST_SIDE}")
    return width, height


def _seed(body: dict[str, Any]) -> int:
    seed = body.get("seed", -1)
    if not isinstance(seed, int) or isinstance(seed, bool) or not -1 <= seed <= LARGEST_SEED:
        raise _invalid(f"seed must be an integer from -1 to {LARGEST_SEED}")
    return seed


def _flags(body: dict[str, Any]) -> dict[str, bool]:
    flags = {name: body.get(name, default) for name, default in FLAGS.items()}
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise _invalid(f"{name} must be a boolean")
    return flags


def _webhook_url(url: object) -> str | None:
    """Upstream wants https; plain http is taken too, since the local stack has no certificate."""
    if url is None or url == "":
        return None
    if (
        not isinstance(url, str)
        or urlsplit(url).scheme not in ("http", "https")
        or not urlsplit(url).hostname
    ):
        raise _invalid("webhook must be an http(s) URL")
    return url
