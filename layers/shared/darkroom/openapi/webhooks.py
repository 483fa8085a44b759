"""What is sent to a `webhook_url`: our event, or WaveSpeed's bare prediction."""

from typing import Any

from darkroom.faces.wavespeed.prediction import DeliveredPrediction, delivered_prediction
from darkroom.jobs.ids import event_id
from darkroom.jobs.job import Job
from darkroom.openapi.samples import BASE_URL, CANCELLED, COMPLETED, FAILED, NOW, PICTURE_URL, settled
from darkroom.openapi.schemas import Schemas
from darkroom.record_shape import JobEvent

_ANSWERS = {
    "2XX": {"description": "Taken. Anything else is tried again, for more than 27 hours in all."},
    "410": {"description": "No further attempt is made."},
}
_EVENT_HEADERS = {
    "webhook-id": "The event's id, the same on every attempt.",
    "webhook-timestamp": "Unix seconds of this attempt.",
    "webhook-signature": "`v1,` and base64 by Standard Webhooks, one for each secret that signs.",
    "x-gateway-signature": "`t=UNIX,v1=HEX`: the same in AIgateway's form.",
}
_PREDICTION_HEADERS = {
    "webhook-id": "The event's id, the same on every attempt.",
    "webhook-timestamp": "Unix seconds of this attempt.",
    "webhook-signature": "`v3,` and a hexadecimal HMAC in WaveSpeed's form.",
}


def written(schemas: Schemas) -> dict[str, Any]:
    ends = {"job.completed": COMPLETED, "job.failed": FAILED, "job.cancelled": CANCELLED}
    return {
        **{name: _event(name, job, schemas) for name, job in ends.items()},
        "prediction": _prediction(schemas),
    }


def _event(name: str, job: Job, schemas: Schemas) -> dict[str, Any]:
    event: JobEvent = {
        "id": event_id(job.id),
        "type": name,
        "created": int(job.finished_at or NOW),
        "data": settled(job),
    }
    schema = {
        "allOf": [schemas.of(JobEvent)],
        "properties": {"type": {"const": name}},
    }
    summary = f"A job that was asked for by `POST /v1/jobs` or `/v1/images/generations` is {job.status}"
    return _webhook(name, summary, schema, event, _EVENT_HEADERS)


def _prediction(schemas: Schemas) -> dict[str, Any]:
    example = delivered_prediction(COMPLETED, [PICTURE_URL], BASE_URL)
    summary = "A prediction that was submitted below `/api/v3/` has ended"
    return _webhook("prediction", summary, schemas.of(DeliveredPrediction), example, _PREDICTION_HEADERS)


def _webhook(
    name: str, summary: str, schema: dict[str, Any], example: Any, headers: dict[str, str]
) -> dict[str, Any]:
    return {
        "post": {
            "operationId": f"on{name.title().replace('.', '')}",
            "tags": ["Webhooks"],
            "summary": summary,
            "security": [],
            "parameters": [
                {
                    "name": header,
                    "in": "header",
                    "required": True,
                    "description": text,
                    "schema": {"type": "string"},
                }
                for header, text in headers.items()
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": schema, "examples": {"example": {"value": example}}}
                },
            },
            "responses": _ANSWERS,
        }
    }
