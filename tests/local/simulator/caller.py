"""A plain caller of the simulator's API for tests, without any client's habits."""

import time
from types import TracebackType
from typing import Any, Self

import httpx

from local.simulator.catalogue import SEEDREAM

POLL_SECONDS = 0.02
TERMINAL = ("completed", "failed", "cancelled", "timeout", "deleted")


class Caller:
    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=10.0, trust_env=False)

    def submit(
        self,
        prompt: object = "a calm sea",
        *,
        model: str = SEEDREAM.model_id,
        webhook: str | None = None,
        **body: Any,
    ) -> httpx.Response:
        """The smallest size unless told otherwise."""
        params = {} if webhook is None else {"webhook": webhook}
        fields = {"prompt": prompt, "size": "512*512", **body}
        return self.http.post(f"/api/v3/{model}", params=params, json=fields)

    def accepted(self, prompt: str = "a calm sea", **options: Any) -> str:
        """Submits; the id."""
        answer = self.submit(prompt, **options)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])

    def result(self, task_id: str) -> httpx.Response:
        return self.http.get(f"/api/v3/predictions/{task_id}/result")

    def ended(self, task_id: str, timeout_seconds: float = 5.0) -> dict[str, Any]:
        """Looks until the status is a terminal one."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            data: dict[str, Any] = self.result(task_id).json()["data"]
            if data["status"] in TERMINAL:
                return data
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"{task_id} did not end in {timeout_seconds} s")

    def picture(self, prompt: str = "a calm sea", **options: Any) -> httpx.Response:
        """Submits, waits, downloads the first output."""
        return self.http.get(self.ended(self.accepted(prompt, **options))["outputs"][0])

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.http.post("/api/v3/predictions", json=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["data"]["items"]
        return items

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
