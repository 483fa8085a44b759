"""Upstream's signed callback: have the job that it names looked at now. Our own code in its address says
which job; upstream's signature says that it is upstream; what counts is read from upstream by id."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from darkroom import adapters, wiring
from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.observability import logger
from darkroom.ports import JobChangedError, ThrottledError
from darkroom.wavespeed.callback import CallbackRefusedError, read_callback, verify_signature
from darkroom.wavespeed.callback_token import check


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    try:
        target = check(adapters.signing_key().value().encode(), event.get("queryStringParameters") or {})
        body = _raw_body(event)
        _verify(event.get("headers") or {}, body)
        prediction_id = read_callback(body).prediction_id
        wiring.adopter().adopt(target.tenant, target.job_id, target.attempt_id, prediction_id)
    except CallbackRefusedError as error:
        logger().warning("callback refused", extra={"reason": str(error)})
        return _answer(401, f"Refused: {error}.")
    except (ThrottledError, JobChangedError, UpstreamUnavailableError) as error:
        logger().warning("callback not taken", extra={"reason": type(error).__name__})
        return _answer(503, "Busy; call again.")
    return _answer(200, "Taken.")


def _verify(headers: Mapping[str, str], body: bytes) -> None:
    secret = adapters.callback_secret()
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
