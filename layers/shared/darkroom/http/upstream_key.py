"""A tenant's own upstream key on `/v1/upstream-key`: the body that brings it, and what is shown of it."""

import re
from typing import Annotated, NotRequired, TypedDict

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from darkroom.http.errors import ApiError, invalid_request
from darkroom.http.json_body import read_body
from darkroom.jobs.rules import Problem
from darkroom.upstreams import RegisteredKey

MIN_KEY_CHARACTERS = 8
MAX_KEY_CHARACTERS = 512
_KEY = re.compile(rf"[\x21-\x7e]{{{MIN_KEY_CHARACTERS},{MAX_KEY_CHARACTERS}}}")


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise ValueError("can't be a key")
    return text


class UpstreamKeyRequest(BaseModel):
    """Unknown fields are refused: a misspelt one must not be ignored silently."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    api_key: Annotated[str, AfterValidator(_key)] = Field(
        description=f"a WaveSpeedAI API key: {MIN_KEY_CHARACTERS} to {MAX_KEY_CHARACTERS} printable ASCII "
        "characters without spaces"
    )


class UpstreamKeyAnswer(TypedDict):
    configured: Annotated[bool, "whether the tenant's new jobs run on an upstream key of its own"]
    created_at: NotRequired[Annotated[int, "when the key was registered, in Unix seconds"]]
    fingerprint: NotRequired[Annotated[str, "the first 8 hexadecimal digits of the key's SHA-256"]]
    note: NotRequired[Annotated[str, "says so where upstream could not be asked whether it takes the key"]]


def read_upstream_key(body: bytes) -> str:
    """Raises ApiError, which repeats nothing of what was sent: a key may stand in the wrong place."""
    try:
        return read_body(UpstreamKeyRequest, body).api_key
    except ApiError as error:
        if {problem.field for problem in error.problems} <= {"api_key"}:
            raise
    raise invalid_request(Problem("body", "must be an object with the field api_key and no other"))


def upstream_key_answer(key: RegisteredKey | None, note: str | None = None) -> UpstreamKeyAnswer:
    if key is None:
        return {"configured": False}
    shown: UpstreamKeyAnswer = {
        "configured": True,
        "created_at": key.created_at,
        "fingerprint": key.fingerprint,
    }
    return {**shown, "note": note} if note else shown
