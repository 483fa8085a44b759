"""The signature of Standard Webhooks (standardwebhooks.com): `v1,` and base64 of an HMAC-SHA256."""

import base64
import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    return _PREFIX + base64.b64encode(randomness.token_bytes(_SECRET_BYTES)).decode()


def sign(secrets: Sequence[str], webhook_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: one signature for each secret, in their order.

    More than one stands there while a rotation overlaps. `timestamp` is Unix seconds, `body` is as sent.
    Raises ValueError where there is no secret or one is not base64.
    """
    if not secrets:
        raise ValueError("a webhook is never sent unsigned")
    message = f"{webhook_id}.{timestamp}.".encode() + body
    return " ".join(_signature(secret, message) for secret in secrets)


def _signature(secret: str, message: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    if not key:
        raise ValueError("a webhook secret is empty")
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
