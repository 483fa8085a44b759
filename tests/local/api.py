"""The native API as a small client, for the tests of the stack and the benchmarks."""

import time
from typing import Any

import httpx

Record = dict[str, Any]
TERMINAL = frozenset({"completed", "failed", "cancelled"})


class Api:
    """One connection pool; safe to share between threads. Raises httpx.HTTPStatusError for what is no 2xx."""

    def __init__(self, url: str, key: str) -> None:
        self.http = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {key}"},
            timeout=30.0,
            trust_env=False,
            limits=httpx.Limits(max_connections=64),
        )

    def submit(self, idempotency_key: str | None = None, **fields: Any) -> Record:
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        return self._json(self.http.post("/v1/jobs", json=fields, headers=headers))

    def job(self, job_id: str, wait: float = 0) -> Record:
        return self._json(self.http.get(f"/v1/jobs/{job_id}", params={"wait": wait} if wait else {}))

    def finished(self, job_id: str, timeout_seconds: float = 60.0) -> Record:
        """The record at the job's end. Raises TimeoutError."""
        ends_at = time.monotonic() + timeout_seconds
        while time.monotonic() < ends_at:
            record = self.job(job_id, wait=5)
            if record["status"] in TERMINAL:
                return record
        raise TimeoutError(f"{job_id} is still {record['status']} after {timeout_seconds} s")

    def webhook(self, job_id: str) -> Record:
        return self._json(self.http.get(f"/v1/jobs/{job_id}/webhook"))

    def delivered(self, job_id: str, timeout_seconds: float = 30.0) -> Record:
        """The webhook's record once its delivery has ended. Raises TimeoutError."""
        ends_at = time.monotonic() + timeout_seconds
        while time.monotonic() < ends_at:
            record = self.webhook(job_id)
            if record["status"] in ("delivered", "exhausted"):
                return record
            time.sleep(0.1)
        raise TimeoutError(f"the webhook of {job_id} is still {record['status']}")

    def cancel(self, job_id: str) -> Record:
        return self._json(self.http.post(f"/v1/jobs/{job_id}/cancel"))

    def replay(self, job_id: str) -> Record:
        return self._json(self.http.post(f"/v1/jobs/{job_id}/webhook/replay"))

    def replay_since(self, since: int, status: str = "exhausted") -> Record:
        """The first page of them."""
        return self._json(self.http.post("/v1/webhooks/replay", json={"since": since, "status": status}))

    def page(self, **filters: Any) -> Record:
        return self._json(self.http.get("/v1/jobs", params=filters))

    def all_jobs(self, **filters: Any) -> list[Record]:
        """Every page of the list."""
        records, cursor = [], None
        while True:
            page = self.page(limit=100, **filters, **({"cursor": cursor} if cursor else {}))
            records += page["data"]
            cursor = page["cursor"]
            if cursor is None:
                return records

    def close(self) -> None:
        self.http.close()

    @staticmethod
    def _json(answer: httpx.Response) -> Record:
        answer.raise_for_status()
        record: Record = answer.json()
        return record
