"""The routes for pictures, models and usage, and OpenAI's way of asking for pictures."""

from datetime import UTC, datetime
from itertools import permutations
from typing import TypedDict

from darkroom.faces.aigateway.files import (
    DEFAULT_LINK_SECONDS,
    MAX_LINK_SECONDS,
    MIN_LINK_SECONDS,
    SignedFile,
)
from darkroom.faces.aigateway.models import MODALITY, ModelAnswer, ModelList, model_answer
from darkroom.faces.openai.failures import ERRORS
from darkroom.faces.openai.images_answer import ImagesResponse
from darkroom.faces.openai.images_request import ImagesRequest
from darkroom.http.usage_answer import UsageAnswer, usage_answer
from darkroom.http.usage_query import MAX_DAYS, UsageQuery
from darkroom.jobs.catalogue import DREAMINA_V31, MODELS
from darkroom.jobs.money import Budget
from darkroom.jobs.usage import GROUPINGS, grouped
from darkroom.openapi.operation import Answer, Body, Operation, Parameter
from darkroom.openapi.parameters import IDEMPOTENCY_KEY, JOB_ID, MODEL, POST_HEADERS, TAG
from darkroom.openapi.refusals import (
    ADMISSION,
    INVALID,
    JOB_NOT_FOUND,
    MODEL_NOT_FOUND,
    OUTPUT_GONE,
    SUB_ACCOUNT_NOT_FOUND,
    Refusal,
    Shape,
)
from darkroom.openapi.samples import BASE_URL, COMPLETED, NOW, PICTURE_URL, PROMPT, QUEUED

TAGS = {
    "Images": "OpenAI's images API: the answer waits for the pictures. Its clients work by their base URL.",
    "Pictures": "The bytes of finished pictures, and links to them.",
    "Models and usage": "What there is, what it costs, and what was spent.",
}
PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")


class Location(TypedDict):
    url: str


_SIGNED: SignedFile = {
    "url": f"{BASE_URL}/outputs/acme/{QUEUED.id}/0.jpg?expires=1795203600&signature=example",
    "expires_at": 1_795_203_600,
}
_IMAGES: ImagesResponse = {
    "created": int(NOW) + 7,
    "data": [{"url": PICTURE_URL}],
    "size": "1328x1328",
    "output_format": "jpeg",
    "background": "opaque",
}
_MODELS: ModelList = {"object": "list", "data": [model_answer(each, each.price_microusd) for each in MODELS]}
_TODAY = datetime.fromtimestamp(NOW, UTC).date()
_USAGE = usage_answer(
    UsageQuery(_TODAY, _TODAY, ("day", "model")),
    grouped([COMPLETED], ("day", "model")),
    Budget(cap=10_000_000, spent=27_000),
)
_JOB = Parameter("job", "path", "The job's id.", JOB_ID.schema, QUEUED.id)
_FILE = Parameter(
    "file", "path", "The last part of the output's `s3_uri`.", {"type": "string", "minLength": 1}, "0.jpg"
)
_FILE_TOO_LARGE = Refusal(
    413,
    "file_too_large",
    "The picture has 5242880 bytes; an answer holds at most 4669440. Ask for a link to it.",
)
_LINK_REFUSED = Refusal(403, "link_refused", "This link can't be used: expired. Read the job again.")
_RANGE_TOO_LARGE = Refusal(
    422,
    "range_too_large",
    "There are more jobs in this range than can be added up at once: ask for fewer days, or group by less.",
)
_DAY = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_ORDERS = [",".join(names) for count in (1, 2, 3) for names in permutations(GROUPINGS, count)]
_IMAGES_REFUSED = (
    *(refusal for refusal in ADMISSION if refusal is not INVALID),
    Refusal(
        400, "invalid_parameter", "n: Input should be less than or equal to 10: pictures to make, 1 to 10"
    ),
    Refusal(404, "model_not_found", "The model 'dall-e-3' does not exist."),
    OUTPUT_GONE,
    Refusal(
        413, "response_too_large", "The pictures are made and stored, but don't fit into one answer of 6 MB."
    ),
    Refusal(503, "not_finished", "Not finished yet: the client's own retries go on waiting.", retry=True),
    *(Refusal(status, code, "Why there is no picture.") for status, code in ERRORS.values()),
)

OPERATIONS = (
    Operation(
        "post",
        "/v1/images/generations",
        "generateImages",
        "Images",
        "Make one to ten pictures and wait for them",
        (
            Answer(
                200,
                "The pictures that could be made.",
                ImagesResponse,
                _IMAGES,
                headers=("x-job-ids", "x-ignored-fields", "x-failed-images", "x-failed-jobs", *POST_HEADERS),
            ),
        ),
        _IMAGES_REFUSED,
        "A call that takes longer than the stack's `SyncWaitSeconds` answers 503 `not_finished`. Repeated, "
        "as OpenAI's clients do by themselves, it joins the same jobs and is paid once.",
        parameters=(IDEMPOTENCY_KEY, TAG),
        body=Body(
            ImagesRequest,
            {"zen garden": {"model": DREAMINA_V31.id, "prompt": PROMPT, "size": "1328x1328", "n": 1}},
        ),
        shape=Shape.OPENAI,
    ),
    Operation(
        "get",
        "/v1/files/jobs/{job}/{file}",
        "getFile",
        "Pictures",
        "Download a picture",
        (
            Answer(200, "The picture's bytes.", headers=("content-disposition", "etag"), media=PICTURE_TYPES),
            Answer(
                302,
                "Where the bytes are, for a request without an Accept header.",
                Location,
                {"url": PICTURE_URL},
                headers=("location",),
            ),
        ),
        (JOB_NOT_FOUND, OUTPUT_GONE, _FILE_TOO_LARGE),
        parameters=(_JOB, _FILE),
    ),
    Operation(
        "get",
        "/v1/files/jobs/{job}/{file}/signed",
        "signFile",
        "Pictures",
        "Make a link to a picture that needs no key",
        (Answer(200, "The link.", SignedFile, _SIGNED),),
        (JOB_NOT_FOUND, INVALID),
        parameters=(
            _JOB,
            _FILE,
            Parameter(
                "expires_in",
                "query",
                "Seconds that the link holds.",
                {
                    "type": "integer",
                    "minimum": MIN_LINK_SECONDS,
                    "maximum": MAX_LINK_SECONDS,
                    "default": DEFAULT_LINK_SECONDS,
                },
            ),
        ),
    ),
    Operation(
        "get",
        "/outputs/{tenant}/{job}/{file}",
        "getOutput",
        "Pictures",
        "Follow a signed link to a picture",
        (
            Answer(
                302, "Where the picture's bytes are.", Location, {"url": PICTURE_URL}, headers=("location",)
            ),
        ),
        (_LINK_REFUSED,),
        "Links of this form are made by other routes and stand in webhooks; their signature is their key.",
        parameters=(
            Parameter("tenant", "path", "As the link has it.", {"type": "string", "minLength": 1}, "acme"),
            _JOB,
            _FILE,
            Parameter("expires", "query", "As the link has it.", {"type": "string"}),
            Parameter("signature", "query", "As the link has it.", {"type": "string"}),
        ),
        is_open=True,
    ),
    Operation(
        "get",
        "/v1/models",
        "listModels",
        "Models and usage",
        "List the models",
        (Answer(200, "The models.", ModelList, _MODELS),),
        (INVALID,),
        parameters=(
            Parameter("modality", "query", "Only models of this kind.", {"type": "string"}, MODALITY),
            Parameter("provider", "query", "Only models of this maker.", {"type": "string"}, "bytedance"),
        ),
    ),
    Operation(
        "get",
        "/v1/models/{model+}",
        "getModel",
        "Models and usage",
        "Read a model",
        (Answer(200, "The model.", ModelAnswer, _MODELS["data"][0]),),
        (MODEL_NOT_FOUND,),
        parameters=(MODEL,),
    ),
    Operation(
        "get",
        "/v1/usage",
        "getUsage",
        "Models and usage",
        "Add up what jobs came to",
        (Answer(200, "Counts and US dollars, and the budget as it stands now.", UsageAnswer, _USAGE),),
        (SUB_ACCOUNT_NOT_FOUND, INVALID, _RANGE_TOO_LARGE),
        parameters=(
            Parameter("from", "query", f"The first day, in UTC; at most {MAX_DAYS} days in all.", _DAY),
            Parameter("to", "query", "The last day, in UTC; today without one.", _DAY),
            Parameter(
                "group_by",
                "query",
                f"One or more of {', '.join(GROUPINGS)}, each once, with commas between.",
                {"type": "string", "default": "day", "enum": _ORDERS},
            ),
            Parameter("sub_account", "query", "One of the caller's own sub-accounts.", {"type": "string"}),
        ),
    ),
)
