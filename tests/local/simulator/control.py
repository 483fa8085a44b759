"""The control routes as a typed client, for tests and scripts."""

from types import TracebackType
from typing import Any, Self

import httpx

from local.simulator.stats import Stats

TIMEOUT_SECONDS = 30.0


class ControlError(Exception):
    """The simulator refused an order; its text says why."""


class SimulatorControl:
    """`SimulatorControl(url).arm("lost_reply")`; `url` is the server's, without `/api/v3`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(base_url=self.url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """All settings, after the changes: names and meanings in `local.simulator.settings`."""
        answer: dict[str, Any] = self._call("PUT", "/_control/settings", changes)
        return answer

    def arm(
        self,
        kind: str,
        *,
        count: int | None = 1,
        probability: float = 1.0,
        prompt_contains: str | None = None,
        model: str | None = None,
        **parameters: Any,
    ) -> None:
        """Kinds and parameters in `local.simulator.fault_kinds`; `count` None: until disarmed."""
        match = {"prompt_contains": prompt_contains, "model": model}
        order = {"kind": kind, "count": count, "probability": probability, "match": match, **parameters}
        self._call("POST", "/_control/faults", order)

    def disarm(self) -> None:
        """Faults drawn for tasks that exist already stay with them."""
        self._call("DELETE", "/_control/faults")

    def stats(self) -> Stats:
        return Stats(**self._call("GET", "/_control/stats"))

    def tasks(self) -> list[dict[str, Any]]:
        """In the order of their creation, with input, webhook URL, charge and callback attempts."""
        answer: list[dict[str, Any]] = self._call("GET", "/_control/tasks")
        return answer

    def send_callback_again(self, task_id: str) -> int | None:
        """The receiver's status; None if there was no answer."""
        return self._status(self._call("POST", f"/_control/tasks/{task_id}/callback"))

    def forge_callback(self, task_id: str, variant: str = "bad_signature") -> int | None:
        """Variants in `local.simulator.forgery`. The receiver's status."""
        order = {"task_id": task_id, "variant": variant}
        return self._status(self._call("POST", "/_control/callbacks/forge", order))

    def invent_callback(
        self, url: str, body: object, *, secret: str | None = None, headers: dict[str, str] | None = None
    ) -> int | None:
        """Any body to any URL, signed with any secret. The receiver's status."""
        order = {"url": url, "body": body, "headers": headers or {}}
        if secret is not None:
            order["secret"] = secret
        return self._status(self._call("POST", "/_control/callbacks/forge", order))

    def open_account(self, key: str, webhook_secret: str, balance_microusd: int | None = None) -> None:
        """One more API key, until the next reset."""
        order = {"key": key, "webhook_secret": webhook_secret, "balance_microusd": balance_microusd}
        self._call("POST", "/_control/accounts", order)

    def reset(self) -> None:
        """Back to the start: settings, balances, tasks, faults, statistics."""
        self._call("POST", "/_control/reset")

    def _status(self, answer: dict[str, int | None]) -> int | None:
        return answer["status"]

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        if answer.status_code != httpx.codes.OK:
            raise ControlError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
