"""What a request must be for its model: the rules of the catalogue, each answered with the allowed range."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.jobs.catalogue import MAX_SEED, MODELS, RANDOM_SEED, Model, find_model
from darkroom.jobs.request import ImageRequest, Priority

MAX_TAG_CHARACTERS = 64
MAX_METADATA_PAIRS = 16
MAX_METADATA_KEY_CHARACTERS = 64
MAX_METADATA_VALUE_CHARACTERS = 512
MIN_DEADLINE_SECONDS = 5
MAX_DEADLINE_SECONDS = 86_400

_SIZE = re.compile(r"([0-9]{1,6})[*xX]([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, said so that the sender can mend it."""

    field: str
    message: str


class InvalidRequestError(Exception):
    """Bad input, all of its problems at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with the right types, not yet held against its model. None: not given."""

    model: str
    prompt: str
    size: str | None = None
    width: int | None = None
    height: int | None = None
    seed: int = RANDOM_SEED
    enable_prompt_expansion: bool = True
    webhook_url: str | None = None
    metadata: Mapping[str, str] | None = None
    tag: str | None = None
    deadline_seconds: int | None = None
    priority: str = Priority.NORMAL


def checked_request(draft: Draft, *, default_deadline_seconds: int) -> ImageRequest:
    """The request with its model's defaults filled in. Raises InvalidRequestError.

    The webhook's URL is held against the URL policy elsewhere (`net/url_policy.py`).
    """
    model = find_model(draft.model)
    if model is None:
        raise InvalidRequestError(unknown_model())
    problems = [
        *_prompt_problems(model, draft.prompt),
        *_size_problems(model, draft),
        *_number_problems("seed", draft.seed, RANDOM_SEED, MAX_SEED),
        *_deadline_problems(draft.deadline_seconds),
        *_label_problems(draft),
        *_priority_problems(draft.priority),
    ]
    if problems:
        raise InvalidRequestError(*problems)
    width, height = _size(model, draft)
    return ImageRequest(
        model=model.id,
        prompt=draft.prompt,
        width=width,
        height=height,
        seed=draft.seed,
        enable_prompt_expansion=draft.enable_prompt_expansion,
        webhook_url=draft.webhook_url,
        metadata=dict(draft.metadata or {}),
        tag=draft.tag,
        deadline_seconds=draft.deadline_seconds or default_deadline_seconds,
        priority=Priority(draft.priority),
    )


def unknown_model() -> Problem:
    known = ", ".join(model.id for model in MODELS)
    return Problem("model", f"unknown model; the models are: {known}")


def _prompt_problems(model: Model, prompt: str) -> list[Problem]:
    if not any(letter.isprintable() and not letter.isspace() for letter in prompt):
        return [Problem("prompt", "must not be empty")]
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\r\t" for letter in prompt):
        return [Problem("prompt", "must not have control characters other than line breaks and tabs")]
    if len(prompt) > model.prompt_max_characters:
        limit = model.prompt_max_characters
        return [Problem("prompt", f"must have at most {limit} characters for this model, has {len(prompt)}")]
    return []


def _size_problems(model: Model, draft: Draft) -> list[Problem]:
    if draft.size is not None and (draft.width is not None or draft.height is not None):
        return [Problem("size", "give either size, or width and height, not both")]
    if draft.size is not None and _SIZE.fullmatch(draft.size) is None:
        example = f"{model.default_size[0]}*{model.default_size[1]}"
        return [Problem("size", f"must be WIDTH*HEIGHT or WIDTHxHEIGHT in pixels, such as {example}")]
    if (draft.width is None) != (draft.height is None):
        missing = "width" if draft.width is None else "height"
        return [Problem(missing, "width and height go together: give both, or size")]
    width, height = _size(model, draft)
    names = ("size", "size") if draft.size is not None else ("width", "height")
    low, high = model.min_pixels, model.max_pixels
    return [
        Problem(name, f"{side} must be between {low} and {high} pixels, is {pixels}")
        for name, side, pixels in ((names[0], "width", width), (names[1], "height", height))
        if not low <= pixels <= high
    ]


def _size(model: Model, draft: Draft) -> tuple[int, int]:
    if draft.width is not None and draft.height is not None:
        return draft.width, draft.height
    matched = _SIZE.fullmatch(draft.size or "")
    return (int(matched[1]), int(matched[2])) if matched else model.default_size


def _number_problems(field: str, value: int, low: int, high: int) -> list[Problem]:
    return [] if low <= value <= high else [Problem(field, f"must be between {low} and {high}, is {value}")]


def _deadline_problems(seconds: int | None) -> list[Problem]:
    if seconds is None:
        return []
    return _number_problems("deadline_seconds", seconds, MIN_DEADLINE_SECONDS, MAX_DEADLINE_SECONDS)


def _priority_problems(priority: str) -> list[Problem]:
    known = [each.value for each in Priority]
    return [] if priority in known else [Problem("priority", f"must be one of {', '.join(known)}")]


def _label_problems(draft: Draft) -> list[Problem]:
    problems = []
    if draft.tag is not None and not (1 <= len(draft.tag) <= MAX_TAG_CHARACTERS and draft.tag.isprintable()):
        problems.append(Problem("tag", f"must have 1 to {MAX_TAG_CHARACTERS} printable characters"))
    metadata = draft.metadata or {}
    if len(metadata) > MAX_METADATA_PAIRS:
        problems.append(
            Problem("metadata", f"must have at most {MAX_METADATA_PAIRS} pairs, has {len(metadata)}")
        )
    if any(not 1 <= len(key) <= MAX_METADATA_KEY_CHARACTERS for key in metadata):
        problems.append(Problem("metadata", f"keys must have 1 to {MAX_METADATA_KEY_CHARACTERS} characters"))
    if any(len(value) > MAX_METADATA_VALUE_CHARACTERS for value in metadata.values()):
        problems.append(
            Problem("metadata", f"values must have at most {MAX_METADATA_VALUE_CHARACTERS} characters")
        )
    return problems
