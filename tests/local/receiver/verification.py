"""Judges a webhook's signature: Standard Webhooks by the official package, and WaveSpeed's `v3` scheme.

Beside the former an `X-Gateway-Signature` may stand; then that must be good as well.
"""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from typing import Literal

from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from local.simulator.signing import sign_v3

TOLERANCE_SECONDS = 300
_GATEWAY = re.compile(r"t=([0-9]{1,12})((?:,v1=[0-9a-f]{64})+)")
Secrets = dict[str, str]
"""By a label of the test's choice, such as a tenant's name."""


@dataclass(frozen=True)
class Verdict:
    """`scheme` and `secret` (its label) name what the signature was good for; `reason`: why it was not."""

    verified: bool
    scheme: Literal["v1", "v3"] | None = None
    secret: str | None = None
    reason: str | None = None


def verify(headers: dict[str, str], body: bytes, secrets: Secrets, v3_secrets: Secrets) -> Verdict:
    """Tries every secret; header names in lower case."""
    reasons: list[str] = []
    for label, secret in secrets.items():
        reason = _standard(headers, body, secret) or _gateway(headers, body, secret)
        if reason is None:
            return Verdict(True, "v1", label)
        reasons.append(f"{label}: {reason}")
    for label, secret in v3_secrets.items():
        reason = _v3(headers, body, secret)
        if reason is None:
            return Verdict(True, "v3", label)
        reasons.append(f"{label} (v3): {reason}")
    return Verdict(False, reason="; ".join(reasons) or "no secret known")


def check_secret(secret: str) -> None:
    """Raises ValueError for what cannot be a Standard Webhooks secret."""
    try:
        Webhook(secret)
    except EmptyWebhookSecretError as error:
        raise ValueError(str(error)) from error


def _standard(headers: dict[str, str], body: bytes, secret: str) -> str | None:
    """The reason why not; None if it is good."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except WebhookVerificationError as error:
        return str(error)
    except ValueError as error:  # what the package lets through: a signature or a body that cannot be decoded
        return f"malformed: {error}"
    return None


def _gateway(headers: dict[str, str], body: bytes, secret: str) -> str | None:
    """The reason why not; None if it is good or not there."""
    given = headers.get("x-gateway-signature")
    if given is None:
        return None
    read = _GATEWAY.fullmatch(given)
    if read is None:
        return "X-Gateway-Signature is malformed"
    if abs(time.time() - int(read[1])) > TOLERANCE_SECONDS:
        return "X-Gateway-Signature is out of tolerance"
    expected = hmac.new(secret.encode(), f"{read[1]}.".encode() + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected, code) for code in read[2].removeprefix(",v1=").split(",v1=")):
        return "X-Gateway-Signature does not match"
    return None


def _v3(headers: dict[str, str], body: bytes, secret: str) -> str | None:
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (message_id and timestamp.isdecimal()):
        return "Missing required headers"
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return "Message timestamp out of tolerance"
    expected = sign_v3(secret, message_id, int(timestamp), body)
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected.encode(), signature.encode()) for signature in given):
        return "No matching signature found"
    return None
