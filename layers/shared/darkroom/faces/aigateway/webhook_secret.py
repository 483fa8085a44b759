"""A tenant's webhook secret as `/v1/webhook-secret` answers it."""

from typing import Annotated, TypedDict

from darkroom.webhooks.rotation import Secrets


class ExpiringSecret(TypedDict):
    expires_at: Annotated[int, "until when this older secret signs too, in Unix seconds"]


class WebhookSecretAnswer(TypedDict):
    secret: Annotated[str, "`whsec_` and base64: what webhooks are signed with"]
    expiring: Annotated[
        list[ExpiringSecret], "older secrets that still sign beside it; whoever has them knows them"
    ]


def webhook_secret_answer(secrets: Secrets) -> WebhookSecretAnswer:
    """`secrets`: the newest at the end."""
    *older, newest = secrets
    ends = [each.expires_at for each in older if each.expires_at is not None]
    return {"secret": newest.secret, "expiring": [{"expires_at": int(end)} for end in ends]}
