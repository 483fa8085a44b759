"""The routes of WaveSpeed's API v3."""

from dataclasses import replace

from darkroom.faces.wavespeed.account import BalanceData, WebhookSecretData
from darkroom.faces.wavespeed.deletion import Deleted, DeletedCount, DeletionRequest
from darkroom.faces.wavespeed.models import ListedModel, Price, listed_model, price_of
from darkroom.faces.wavespeed.prediction import (
    Prediction,
    PredictionPage,
    listed_prediction,
    prediction_of,
)
from darkroom.faces.wavespeed.prediction_list import PredictionQuery
from darkroom.faces.wavespeed.price_request import PriceRequest
from darkroom.faces.wavespeed.submission import BASE64_WITH_WEBHOOK, PredictionRequest
from darkroom.jobs.catalogue import DREAMINA_V31, MODELS
from darkroom.openapi.limits import WEBHOOK_URL_OR_NONE
from darkroom.openapi.operation import Answer, Body, Operation, Parameter
from darkroom.openapi.parameters import IDEMPOTENCY_KEY, JOB_ID, MODEL, POST_HEADERS, TAG
from darkroom.openapi.refusals import (
    ADMISSION,
    BODY,
    INVALID,
    JOB_NOT_FOUND,
    MODEL_NOT_FOUND,
    OUTPUT_GONE,
    PRICE_UNKNOWN,
    Refusal,
    Shape,
)
from darkroom.openapi.samples import BASE_URL, COMPLETED, PICTURE_URL, PROMPT, QUEUED

TAGS = {"WaveSpeed": "WaveSpeed's API v3: its official clients work by their base URL."}

_RESULT = prediction_of(COMPLETED, [PICTURE_URL], BASE_URL)
_SUBMITTED = prediction_of(QUEUED, [], BASE_URL)
_PAGE: PredictionPage = {
    "page": 1,
    "page_size": 20,
    "items": [listed_prediction(COMPLETED, [PICTURE_URL], BASE_URL)],
}
_DELETED: Deleted = {"id": QUEUED.id, "status": "deleted"}
_COUNT: DeletedCount = {"deleted_count": 1}
_LISTED = [listed_model(model, model.price_microusd, BASE_URL) for model in MODELS]
_PRICE = price_of(DREAMINA_V31, 27_000)
_BALANCE: BalanceData = {"balance": 9.973}
_SECRET: WebhookSecretData = {"secret": "whsec_ZXhhbXBsZS1zZWNyZXQ="}
_INPUTS = {"size": "1328*1328", "seed": -1}
_TOO_LARGE = Refusal(
    413,
    "output_too_large",
    "The picture is too large for an answer in base64 (Lambda holds an answer to 6 MB).",
)
_UNAVAILABLE = Refusal(
    503,
    "upstream_unavailable",
    "Upstream does not tell its balance now; try again in 5 seconds.",
    retry=True,
)
_BALANCE_UNKNOWN = Refusal(
    409,
    "balance_unknown",
    "This account has no spend cap of its own, and what the account that it belongs to may still spend is "
    "not shown here.",
)
_LIST_TOO_LONG = Refusal(400, "list_too_long", "Too many predictions have to be looked through.")


def _operation(
    method: str,
    path: str,
    operation_id: str,
    summary: str,
    answer: Answer,
    refusals: tuple[Refusal, ...] = (),
    *,
    description: str = "",
    parameters: tuple[Parameter, ...] = (),
    body: Body | None = None,
) -> Operation:
    return Operation(
        method,
        f"/api/v3/{path}",
        operation_id,
        "WaveSpeed",
        summary,
        (replace(answer, enveloped=True),),
        refusals,
        description,
        parameters,
        body,
        shape=Shape.WAVESPEED,
    )


OPERATIONS = (
    _operation(
        "post",
        "{model+}",
        "submitPrediction",
        "Ask for a picture",
        Answer(
            200,
            "The prediction as it stands: with `enable_sync_mode` at its end, or when the wait is over.",
            Prediction,
            _SUBMITTED,
            headers=POST_HEADERS,
            links={
                "getPrediction": "/data/id",
                "getPredictionResult": "/data/id",
                "deletePrediction": "/data/id",
            },
        ),
        (
            *ADMISSION,
            MODEL_NOT_FOUND,
            OUTPUT_GONE,
            _TOO_LARGE,
            Refusal(400, "base64_with_webhook", BASE64_WITH_WEBHOOK, bare_field="error"),
        ),
        parameters=(
            MODEL,
            Parameter(
                "webhook",
                "query",
                "The https URL that is told of the end, in WaveSpeed's format; or `webhook_url` in the body.",
                {"type": "string", **WEBHOOK_URL_OR_NONE},
            ),
            IDEMPOTENCY_KEY,
            TAG,
        ),
        body=Body(PredictionRequest, {"zen garden": {"prompt": PROMPT, **_INPUTS}}),
    ),
    *(
        _operation(
            "get",
            f"predictions/{{id}}{end}",
            operation_id,
            "Read a prediction",
            Answer(200, "The prediction as it stands; a failed one too.", Prediction, _RESULT),
            (JOB_NOT_FOUND, OUTPUT_GONE, _TOO_LARGE, INVALID),
            parameters=(JOB_ID,),
        )
        for end, operation_id in (("", "getPrediction"), ("/result", "getPredictionResult"))
    ),
    _operation(
        "post",
        "predictions",
        "listPredictions",
        "List the predictions of the last 7 days, newest first",
        Answer(200, "A page of predictions.", PredictionPage, _PAGE),
        (*BODY, _LIST_TOO_LONG),
        body=Body(PredictionQuery, {"first page": {"page": 1, "page_size": 20}}, required=False),
    ),
    _operation(
        "delete",
        "predictions/{id}",
        "deletePrediction",
        "Delete a prediction; cancel it where it has not ended",
        Answer(200, "It is deleted.", Deleted, _DELETED),
        (JOB_NOT_FOUND,),
        parameters=(JOB_ID,),
    ),
    _operation(
        "post",
        "predictions/delete",
        "deletePredictions",
        "Delete many predictions",
        Answer(200, "How many are deleted.", DeletedCount, _COUNT),
        BODY,
        body=Body(DeletionRequest, {"one": {"ids": [QUEUED.id]}}),
    ),
    _operation(
        "get",
        "models",
        "listWaveSpeedModels",
        "List the models with their schemas",
        Answer(200, "The models.", list[ListedModel], _LISTED),
        (INVALID,),
    ),
    _operation(
        "post",
        "model/price",
        "priceModel",
        "Ask what a picture costs",
        Answer(200, "The price.", Price, _PRICE),
        (*BODY, MODEL_NOT_FOUND, PRICE_UNKNOWN),
        body=Body(PriceRequest, {"a picture": {"model_id": DREAMINA_V31.id, "inputs": _INPUTS}}),
    ),
    _operation(
        "get",
        "balance",
        "getBalance",
        "Read what may still be spent",
        Answer(200, "The balance.", BalanceData, _BALANCE),
        (_UNAVAILABLE, _BALANCE_UNKNOWN),
    ),
    _operation(
        "get",
        "webhook/secret",
        "getWaveSpeedWebhookSecret",
        "Read the secret that your webhooks are signed with",
        Answer(200, "The secret.", WebhookSecretData, _SECRET),
    ),
)
