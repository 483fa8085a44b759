"""Counts the requests that the functions make of AWS, by the emulator's own record (its CloudTrail)."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

PAGE = 50
_LOOKUP = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
_SCOPE = "test/20260101/us-east-1/cloudtrail/aws4_request"
_ADMIN = f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host, Signature=0"


class RequestCounter:
    """`with`: records. `made()` then tells how often each operation was called, as `service:Operation`."""

    def __init__(self, endpoint: str) -> None:
        self._http = httpx.Client(base_url=endpoint, timeout=30.0, trust_env=False)

    def __enter__(self) -> "RequestCounter":
        self._since = self._newest()
        self._record("true")
        return self

    def __exit__(self, *_: object) -> None:
        self._record("false")

    def made(self, is_ours: Callable[[dict[str, Any]], bool] = lambda _: True) -> Counter[str]:
        """A page holds 50, newest first, and the next one ends where this one began: ids tell repeats."""
        seen: dict[str, dict[str, Any]] = {}
        end: float | None = None
        while True:
            events = self._page(end)
            fresh = [event for event in events if event["EventId"] not in seen]
            seen |= {event["EventId"]: event for event in fresh}
            if len(events) < PAGE or not fresh:
                break
            end = events[-1]["EventTime"]
        return Counter(_name(event) for event in seen.values() if is_ours(event))

    def _page(self, end: float | None) -> list[dict[str, Any]]:
        body = {"MaxResults": PAGE, "StartTime": self._since} | ({"EndTime": end} if end else {})
        headers = {
            "x-amz-target": _LOOKUP,
            "content-type": "application/x-amz-json-1.1",
            "authorization": _ADMIN,
        }
        answer = self._http.post("/", content=json.dumps(body), headers=headers)
        answer.raise_for_status()
        events: list[dict[str, Any]] = answer.json()["Events"]
        return events

    def _newest(self) -> float:
        """Of an earlier recording, whose events are not ours."""
        self._since = 0.0
        events = self._page(None)
        return float(events[0]["EventTime"]) + 1e-6 if events else 0.0

    def _record(self, on: str) -> None:
        answer = self._http.post("/_ministack/config", json={"cloudtrail._recording_enabled": on})
        answer.raise_for_status()


def _name(event: dict[str, Any]) -> str:
    return f"{event['EventSource'].split('.')[0]}:{event['EventName']}"
