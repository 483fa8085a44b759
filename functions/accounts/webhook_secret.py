"""The secret that a tenant's webhooks are signed with: shown, and rotated."""

import time
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from accounts.api import api
from darkroom import accounts_wiring
from darkroom.faces.aigateway.webhook_secret import WebhookSecretAnswer, webhook_secret_answer
from darkroom.faces.wavespeed.account import WebhookSecretData
from darkroom.faces.wavespeed.envelope import envelope
from darkroom.http.api import answer
from darkroom.http.errors import ApiError, invalid_request
from darkroom.http.idempotency import idempotency_key
from darkroom.jobs.rules import Problem
from darkroom.usecases.webhook_secret import RotationUnderWayError
from darkroom.webhooks.rotation import MAX_SECRETS, TooManyRotationsError


@api.get("/v1/webhook-secret")
def get_webhook_secret() -> Response[str]:
    shown: WebhookSecretAnswer = webhook_secret_answer(accounts_wiring.secret_keeper().secrets(api.tenant))
    return _answer(shown)


@api.post("/v1/webhook-secret/rotate")
def rotate_webhook_secret() -> Response[str]:
    """For 24 hours the old secret signs beside the new one."""
    if api.body.strip() not in (b"", b"{}"):
        raise invalid_request(Problem("body", "this request has none"))
    try:
        secrets = accounts_wiring.secret_keeper().rotate(api.tenant, idempotency_key(api))
    except RotationUnderWayError:
        text = (
            "This secret is being rotated by another request. GET /v1/webhook-secret shows what came of it."
        )
        raise ApiError(HTTPStatus.CONFLICT, "rotation_under_way", text) from None
    except TooManyRotationsError as error:
        raise _too_many(error.next_at) from None
    return _answer(webhook_secret_answer(secrets))


@api.get("/api/v3/webhook/secret")
def get_wavespeed_webhook_secret() -> Response[str]:
    *_, newest = accounts_wiring.secret_keeper().secrets(api.tenant)
    data: WebhookSecretData = {"secret": newest.secret}
    return _answer(envelope(data))


def _answer(body: object) -> Response[str]:
    return answer(body, headers={"cache-control": "no-store"})


def _too_many(next_at: float) -> ApiError:
    seconds = max(1, int(next_at - time.time()) + 1)
    text = (
        f"{MAX_SECRETS} secrets sign your webhooks already, each for 24 hours after its rotation. "
        f"The next rotation is possible in {seconds} seconds."
    )
    return ApiError(429, "too_many_rotations", text, headers={"retry-after": str(seconds)})
