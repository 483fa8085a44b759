"""WaveSpeed's own signature (contract page, "Upstream's callback"): `v3,` and hex of an HMAC-SHA256."""

import hashlib
import hmac


def sign_v3(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The key is the secret's text without `whsec_`, not decoded. Raises ValueError for an empty one.

    One signature and no more: a receiver written for WaveSpeed's webhooks expects nothing else.
    """
    key = secret.removeprefix("whsec_").encode()
    if not key:
        raise ValueError("a webhook is never sent unsigned")
    message = f"{webhook_id}.{timestamp}.".encode() + body
    return "v3," + hmac.new(key, message, hashlib.sha256).hexdigest()
