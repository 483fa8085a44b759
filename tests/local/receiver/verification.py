"""Judges a webhook's signature: Standard Webhooks by the official package, and upstream's `v3` scheme."""

import hmac
import time
from dataclasses import dataclass
from typing import Literal

from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from local.simulator.signing import sign_v3

V3_TOLERANCE_SECONDS = 300
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
        reason = _standard(headers, body, secret)
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


def _v3(headers: dict[str, str], body: bytes, secret: str) -> str | None:
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (message_id and timestamp.isdecimal()):
        return "Missing required headers"
    if abs(time.time() - int(timestamp)) > V3_TOLERANCE_SECONDS:
        return "Message timestamp out of tolerance"
    expected = sign_v3(secret, message_id, int(timestamp), body)
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected.encode(), signature.encode()) for signature in given):
        return "No matching signature found"
    return None
