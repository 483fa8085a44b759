"""A request's JSON body, held against its pydantic model: what is wrong with it, field by field."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError

from darkroom.http.errors import ApiError, MissingFieldError, invalid_request
from darkroom.jobs.rules import Problem

MAX_BODY_BYTES = 64 * 1024

Fields = TypeVar("Fields", bound=BaseModel)


def _utf8(text: str) -> str:
    """JSON can spell half of a surrogate pair, which no text can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid Unicode, without lone surrogates") from None
    return text


Text = Annotated[str, AfterValidator(_utf8)]


def read_body(model: type[Fields], body: bytes) -> Fields:
    """Raises ApiError with every problem that was found, each with its field."""
    try:
        return model.model_validate(json_object(body))
    except ValidationError as error:
        details = error.errors()
        refusal = invalid_request(*(_problem(model, detail) for detail in details))
        if all(detail["type"] == "missing" for detail in details):
            raise MissingFieldError(
                refusal.status, refusal.code, str(refusal), problems=refusal.problems
            ) from None
        raise refusal from None


def json_object(body: bytes) -> dict[str, Any]:
    """Raises ApiError for what is none, or too large."""
    if len(body) > MAX_BODY_BYTES:
        raise ApiError(413, "body_too_large", f"The body must have at most {MAX_BODY_BYTES} bytes.")
    try:
        parsed = json.loads(body, parse_constant=_no_constants, parse_float=_number)
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "The body is not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise ApiError(400, "invalid_json", "The body must be a JSON object.")
    if any("\ud800" <= letter <= "\udfff" for name in parsed for letter in name):
        raise ApiError(400, "invalid_json", "A field's name is not valid Unicode.")
    return parsed


def _number(text: str) -> float:
    """JSON knows one kind of number: 512.0 is a whole one too."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _problem(outermost: type[BaseModel], detail: Any) -> Problem:
    field = ".".join(str(part) for part in detail["loc"])
    model, name = _place(outermost, detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields)
        return Problem(field, f"unknown field; the fields are: {known}")
    if detail["type"] == "missing":
        return Problem(field, "is required")
    wanted = model.model_fields[name].description
    message = str(detail["msg"]).removeprefix("Value error, ").replace("Input should", "must", 1)
    return Problem(field, f"{message}: {wanted}")


def _place(model: type[BaseModel], path: Sequence[Any]) -> tuple[type[BaseModel], str]:
    """The innermost model on the way to what went wrong, and the field of it that leads there."""
    name, *rest = path
    inner = model.model_fields[name].annotation if name in model.model_fields else None
    if rest and isinstance(inner, type) and issubclass(inner, BaseModel):
        return _place(inner, rest)
    return model, name
