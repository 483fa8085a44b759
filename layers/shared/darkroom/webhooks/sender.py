"""Makes one delivery attempt and says what came of it. Signs nothing, keeps nothing, decides on no retry."""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from darkroom.net.errors import RequestFailedError, UrlRefusedError
from darkroom.net.url_policy import SafeUrl
from darkroom.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from darkroom.net.client import GuardedClient, GuardedResponse

MAX_ANSWER_BYTES = 64 * 1024
_MAX_DETAIL_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """`error` is None if and only if `ok`: a NetworkFailure, or url_refused, redirect, http_status."""

    ok: bool
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    duration_ms: int = 0
    retry_after_seconds: float | None = None
    response_sha256_8: str | None = None
    """The first 8 hex digits over what was read of the body; None without an answer."""
    gone: bool = False
    """410: the receiver wants no further attempt."""


class WebhookSender:
    """`check` is the URL policy with the current settings: each attempt asks it again."""

    def __init__(
        self,
        client: "GuardedClient",
        check: Callable[[str], SafeUrl],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._check = check
        self._now = now

    def send(
        self, url: SafeUrl | str, headers: Mapping[str, str], body: bytes, deadline_seconds: float = 15.0
    ) -> DeliveryResult:
        """Never raises for what the URL, the network or the receiver does."""
        started_at = time.monotonic()
        try:
            result = self._post(str(url), headers, body, deadline_seconds)
        except UrlRefusedError as refused:
            result = DeliveryResult(ok=False, error="url_refused", detail=refused.reason)
        except RequestFailedError as failed:
            result = DeliveryResult(ok=False, error=failed.failure.value, detail=failed.detail)
        return replace(result, duration_ms=round((time.monotonic() - started_at) * 1000))

    def _post(
        self, url: str, headers: Mapping[str, str], body: bytes, deadline_seconds: float
    ) -> DeliveryResult:
        with self._client.request(
            "POST",
            self._check(url),
            headers=headers,
            content=body,
            deadline_seconds=deadline_seconds,
            max_received_bytes=MAX_ANSWER_BYTES,
        ) as response:
            return replace(self._judged(response), response_sha256_8=_short_hash(response))

    def _judged(self, response: "GuardedResponse") -> DeliveryResult:
        status = response.status
        if 200 <= status < 300:
            return DeliveryResult(ok=True, status_code=status)
        if 300 <= status < 400:
            target = response.headers.get("location", "")[:_MAX_DETAIL_CHARACTERS]
            return DeliveryResult(ok=False, status_code=status, error="redirect", detail=target or None)
        return DeliveryResult(
            ok=False,
            status_code=status,
            error="http_status",
            retry_after_seconds=retry_after_seconds(response.headers.get("retry-after"), self._now()),
            gone=status == 410,
        )


def _short_hash(response: "GuardedResponse") -> str:
    """The status has decided already: a body too long, too slow, encoded or cut off changes nothing."""
    digest = hashlib.sha256()
    with suppress(RequestFailedError):
        for chunk in response.iter_raw():
            digest.update(chunk)
    return digest.hexdigest()[:8]
