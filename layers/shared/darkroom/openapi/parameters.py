"""Parameters and headers that several routes have."""

from typing import Any

from darkroom.http.idempotency import MAX_KEY_CHARACTERS
from darkroom.jobs.catalogue import DREAMINA_V31
from darkroom.jobs.rules import MAX_TAG_CHARACTERS
from darkroom.openapi.limits import MODEL_NAMES
from darkroom.openapi.operation import Parameter
from darkroom.openapi.samples import QUEUED

PRINTABLE = r"^[\u0021-\u007e]([\u0020-\u007e]*[\u0021-\u007e])?$"
"""Of a header: no white space around it, which HTTP takes away."""
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "A repeat with the same key answers with what the first request made, and pays nothing. Of your choice.",
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARACTERS, "pattern": PRINTABLE},
)
TAG = Parameter(
    "x-aig-tag",
    "header",
    "A tag for the jobs of a body that has none.",
    {"type": "string", "minLength": 1, "maxLength": MAX_TAG_CHARACTERS, "pattern": PRINTABLE},
)
JOB_ID = Parameter(
    "id", "path", "The job's id.", {"type": "string", "pattern": "^job_[0-9a-z]{26}$"}, QUEUED.id
)
SUB_ACCOUNT_ID = Parameter(
    "id", "path", "The sub-account's id.", {"type": "string", "pattern": "^sub-[0-9a-z]{26}$"}
)
MODEL = Parameter(
    "model",
    "path",
    "The model's id, whose slashes may stand as they are, or an alias.",
    {"type": "string", "enum": MODEL_NAMES},
    DREAMINA_V31.id,
)
CURSOR = Parameter("cursor", "query", "The `cursor` that the page before answered with.", {"type": "string"})
POST_HEADERS = (
    "x-cost-cents",
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "idempotency-replayed",
)
"""Of what a request that makes jobs is answered with."""


def limit(most: int, default: int) -> Parameter:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", "query", f"How many to answer with, at most {most}.", schema)


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}}


HEADERS: dict[str, Any] = {
    "x-request-id": _header("The request's id, by which its log lines are found."),
    "retry-after": _header("Seconds after which a repeat may succeed.", pattern="^[0-9]+$"),
    "location": _header("The address of what was made."),
    "etag": _header("Changes with the content."),
    "x-cost-cents": _header(
        'What the request costs, in US cents; "unknown" where nobody has said the price.',
        pattern=r"^([0-9]+(\.[0-9]+)?|unknown)$",
    ),
    "x-ratelimit-limit-requests": _header("Requests a minute that may make jobs; with a limit only."),
    "x-ratelimit-remaining-requests": _header("How many are left; with a limit only."),
    "x-ratelimit-reset-requests": _header("Seconds until all are there again; with a limit only."),
    "idempotency-replayed": _header("The answer is that of an earlier request with this key.", const="true"),
    "x-ignored-fields": _header("Fields that have no meaning for the model, with commas between."),
    "x-job-ids": _header("The jobs of the call, one a picture, with commas between."),
    "x-failed-images": _header("How many of the pictures could not be made."),
    "x-failed-jobs": _header("Which, and why: `job_…=moderation_refused, …`."),
    "content-disposition": _header("The picture is saved, not shown."),
}
