"""Callbacks that must not be believed."""

import base64
import hashlib
import hmac
import time

from local.simulator.signing import signed_headers

VARIANTS = ("bad_signature", "no_signature", "old_timestamp", "v1_scheme", "tampered_body")
OTHER_SECRET = "whsec_" + base64.b64encode(b"not the secret of any account").decode()
AGE_SECONDS = 3600

Forgery = tuple[str, bytes, dict[str, str]]
"""URL, body, headers."""


def forged(variant: str, url: str, body: bytes, headers: dict[str, str], secret: str) -> Forgery:
    """A true callback turned false; old_timestamp and v1_scheme misuse the account's own `secret`."""
    message_id, now = headers["webhook-id"], int(time.time())
    if variant == "no_signature":
        return url, body, {name: value for name, value in headers.items() if name != "webhook-signature"}
    if variant == "tampered_body":
        return url, body.replace(b'"completed"', b'"failed"') + b" ", headers
    if variant == "old_timestamp":
        return url, body, {**headers, **signed_headers(secret, message_id, now - AGE_SECONDS, body)}
    if variant == "v1_scheme":
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")
        digest = hmac.new(key, f"{message_id}.{now}.".encode() + body, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode()
        return url, body, {**headers, "webhook-timestamp": str(now), "webhook-signature": signature}
    if variant == "bad_signature":
        return url, body, {**headers, **signed_headers(OTHER_SECRET, message_id, now, body)}
    raise ValueError(f"unknown variant {variant!r}; there are: {', '.join(VARIANTS)}")
