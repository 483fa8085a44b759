"""Upstream's webhook signature, `v3,HEX`: not the Standard Webhooks scheme."""

import hashlib
import hmac


def sign_v3(secret: str, message_id: str, timestamp_seconds: int, body: bytes) -> str:
    """The key is the secret without `whsec_`, as text: it is not base64-decoded."""
    signed = f"{message_id}.{timestamp_seconds}.".encode() + body
    return "v3," + hmac.new(secret.removeprefix("whsec_").encode(), signed, hashlib.sha256).hexdigest()


def signed_headers(secret: str, message_id: str, timestamp_seconds: int, body: bytes) -> dict[str, str]:
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_seconds),
        "webhook-signature": sign_v3(secret, message_id, timestamp_seconds, body),
    }
