"""Upstream's signed callback: have the job that it names looked at now. Our own code in its address says
which job; upstream's signature says that it is upstream; what counts is read from upstream by id."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from darkroom import adapters, upstream_adapters, wiring
from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.observability import logger
from darkroom.ports import JobChangedError, KeyRemovedError, ThrottledError
from darkroom.wavespeed.callback import CallbackRefusedError, read_callback, verify_signature
from darkroom.wavespeed.callback_secret import CallbackSecret
from darkroom.wavespeed.callback_token import CallbackTarget, check


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    try:
        target = check(adapters.signing_key().value().encode(), event.get("queryStringParameters") or {})
        body = _raw_body(event)
        _verify(_secret_for(target), event.get("headers") or {}, body)
        prediction_id = read_callback(body).prediction_id
        wiring.adopter().adopt(target.tenant, target.job_id, target.attempt_id, prediction_id)
    except CallbackRefusedError as error:
        logger().warning("callback refused", extra={"reason": str(error)})
        return _answer(401, f"Refused: {error}.")
    except KeyRemovedError:
        return _answer(401, "Refused: there is no key to verify with.")
    except (ThrottledError, JobChangedError, UpstreamUnavailableError) as error:
        logger().warning("callback not taken", extra={"reason": type(error).__name__})
        return _answer(503, "Busy; call again.")
    return _answer(200, "Taken.")


def _secret_for(target: CallbackTarget) -> CallbackSecret:
    """Upstream signs with the secret of the account whose key submitted."""
    if target.key_version is None:
        return upstream_adapters.callback_secret()
    return upstream_adapters.own_callback_secret(target.tenant, target.key_version)


def _verify(secret: CallbackSecret, headers: Mapping[str, str], body: bytes) -> None:
    try:
        verify_signature(secret.value(), headers, body, time.time())
    except CallbackRefusedError:
        newer = secret.newer()
        if newer is None:
            raise
        verify_signature(newer, headers, body, time.time())


def _raw_body(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    try:
        return base64.b64decode(text) if event.get("isBase64Encoded") else str(text).encode()
    except ValueError:
        raise CallbackRefusedError("the body can't be read") from None


def _answer(status: int, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": message}),
    }
