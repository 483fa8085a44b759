"""Upstream's callback: its v3 signature, and what its body names. The picture is read from upstream by id.

Not the scheme of Standard Webhooks: the key is the secret's text, and the signature is hexadecimal.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.wavespeed.document import read_document
from darkroom.wavespeed.prediction import read_prediction

TOLERANCE_SECONDS = 300
_ID = re.compile(r"[\x21-\x7e]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v3,([0-9a-fA-F]{64})")
_MAX_SIGNATURES = 8


class CallbackRefusedError(Exception):
    """Not an authentic callback, or not one that we can read. The text may be logged."""


@dataclass(frozen=True, slots=True)
class UpstreamCallback:
    prediction_id: str
    status_word: str


def verify_signature(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """`body` is raw, `now` Unix seconds, header names in any case. Raises CallbackRefusedError alone."""
    key = secret.strip().removeprefix("whsec_").encode()
    if not key:
        raise CallbackRefusedError("there is no secret to verify with")
    lowered = {name.lower(): value for name, value in headers.items()}
    webhook_id = _header(lowered, "webhook-id", _ID)
    timestamp = _header(lowered, "webhook-timestamp", _TIMESTAMP)
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise CallbackRefusedError("the timestamp is outside of the tolerance")
    expected = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected, given) for given in _signatures(lowered)):
        raise CallbackRefusedError("no signature matches")


def read_callback(body: bytes) -> UpstreamCallback:
    """The body is the bare prediction, without the envelope. Raises CallbackRefusedError."""
    prediction = read_prediction(read_document(body))
    if prediction is None:
        raise CallbackRefusedError("the body is not a prediction")
    return UpstreamCallback(prediction.id, prediction.status_word)


def _header(headers: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = headers.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise CallbackRefusedError(f"{name} is missing or malformed")
    return value


def _signatures(headers: Mapping[str, str]) -> list[str]:
    """Several may stand there, separated by spaces; those of another version are passed over."""
    value = headers.get("webhook-signature")
    given = value.split(" ", _MAX_SIGNATURES) if isinstance(value, str) else []
    matches = (_SIGNATURE.fullmatch(one) for one in given[:_MAX_SIGNATURES])
    return [match[1].lower() for match in matches if match]
