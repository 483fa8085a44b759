"""The signature of `X-Gateway-Signature` (contract page of AIgateway): `t=UNIX,v1=HEX` of an HMAC-SHA256."""

import hashlib
import hmac
from collections.abc import Sequence


def gateway_signature(secrets: Sequence[str], timestamp: int, body: bytes) -> str:
    """One `v1=` for each secret, in their order: AIgateway's verifier looks at the last one alone.

    The key is the secret's whole text, `whsec_` included. Raises ValueError where there is no secret.
    """
    if not secrets:
        raise ValueError("a webhook is never sent unsigned")
    message = f"{timestamp}.".encode() + body
    codes = (hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={timestamp}", *(f"v1={code}" for code in codes)))
