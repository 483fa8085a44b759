"""The receiver's own routes as a typed client, for tests and scripts."""

import time
from types import TracebackType
from typing import Any, Self

import httpx

from local.receiver.behaviour import Rule
from local.receiver.inbox import Received
from local.receiver.verification import Secrets

POLL_SECONDS = 0.02


class ReceiverError(Exception):
    """The receiver refused an order, or what was waited for did not come; its text says what."""


class ReceiverClient:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(base_url=self.url, timeout=30.0, trust_env=False)

    def received(
        self,
        *,
        since_ms: int | None = None,
        after: int | None = None,
        webhook_id: str | None = None,
        path: str | None = None,
    ) -> list[Received]:
        """In the order of arrival. `since_ms` is Unix time, inclusive; `after` is a `number` already seen."""
        asked = {"since": since_ms, "after": after, "webhook_id": webhook_id, "path": path}
        params = {name: value for name, value in asked.items() if value is not None}
        answer = self._call("GET", "/_received", params=params)
        return [Received(**fields) for fields in answer["received"]]

    def wait_for(
        self,
        count: int,
        *,
        timeout_seconds: float = 10.0,
        webhook_id: str | None = None,
        path: str | None = None,
    ) -> list[Received]:
        """Returns as soon as so many have come; raises ReceiverError if they do not come in time."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            found = self.received(webhook_id=webhook_id, path=path)
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise ReceiverError(f"{len(found)} of {count} webhooks after {timeout_seconds} s")
            time.sleep(POLL_SECONDS)

    def clear(self) -> None:
        self._call("DELETE", "/_received")

    def behave(self, *rules: Rule) -> None:
        """In place of all rules there were; none: answers 200 again."""
        self._call("PUT", "/_behaviour", json=[rule.model_dump() for rule in rules])

    def set_secrets(self, secrets: Secrets | None = None, v3_secrets: Secrets | None = None) -> None:
        """By label; what is given replaces what there was."""
        given = {"secrets": secrets, "v3_secrets": v3_secrets}
        self._call(
            "PUT", "/_secrets", json={name: value for name, value in given.items() if value is not None}
        )

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._http.request(method, path, **options)
        if answer.status_code != httpx.codes.OK:
            raise ReceiverError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
