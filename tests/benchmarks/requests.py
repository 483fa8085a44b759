"""Counts the requests that the functions make of AWS, by the emulator's own record (its CloudTrail)."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx

from benchmarks.request_kinds import kind_of

PAGE = 50
_LOOKUP = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
_SCOPE = "test/20260101/us-east-1/cloudtrail/aws4_request"
_ADMIN = f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host, Signature=0"

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """`caller`: the function, in lower case; empty for anybody else. `kind`: as in `request_kinds`."""

    at: float
    caller: str
    operation: str
    kind: str
    parameters: Mapping[str, Any]
    resources: Sequence[str]

    @property
    def text(self) -> str:
        """All that it says."""
        return json.dumps([self.parameters, self.resources])

    @property
    def name(self) -> str:
        """As in `dynamodb:PutItem state`."""
        return f"{self.operation} {self.kind}".strip()


class RequestCounter:
    """`with`: records. `made()` tells how often each operation was called, as `service:Operation`.

    `callers`: the function by its access key, as `function_keys` has them.
    """

    def __init__(self, endpoint: str, callers: Mapping[str, str] = MappingProxyType({})) -> None:
        self._http = httpx.Client(base_url=endpoint, timeout=30.0, trust_env=False)
        self._callers = callers

    def __enter__(self) -> "RequestCounter":
        self._since = self._newest()
        self._record("true")
        return self

    def __exit__(self, *_: object) -> None:
        self._record("false")
        self._http.close()

    def made(self, is_ours: Callable[[Event], bool] = lambda _: True) -> Counter[str]:
        return Counter(_name(event) for event in self._events() if is_ours(event))

    def requests(self) -> list[Request]:
        """In the order in which they came."""
        return sorted((self._request(event) for event in self._events()), key=lambda request: request.at)

    def again(self) -> None:
        """What follows is counted from zero."""
        self._since = self._newest()

    def _request(self, event: Event) -> Request:
        parameters = json.loads(event["CloudTrailEvent"])["requestParameters"] or {}
        resources = [str(resource["ResourceName"]) for resource in event["Resources"]]
        service = event["EventSource"].split(".")[0]
        caller = self._callers.get(event["AccessKeyId"], "")
        kind = kind_of(service, parameters, resources) if caller else ""
        return Request(event["EventTime"], caller, _name(event), kind, parameters, resources)

    def _events(self) -> Iterator[Event]:
        """A page holds 50, newest first, and the next one ends where this one began: ids tell repeats."""
        seen: set[str] = set()
        end: float | None = None
        while True:
            events = self._page(end)
            fresh = [event for event in events if event["EventId"] not in seen]
            yield from fresh
            seen |= {event["EventId"] for event in fresh}
            if len(events) < PAGE or not fresh:
                break
            end = events[-1]["EventTime"]

    def _page(self, end: float | None) -> list[Event]:
        body = {"MaxResults": PAGE, "StartTime": self._since} | ({"EndTime": end} if end else {})
        headers = {
            "x-amz-target": _LOOKUP,
            "content-type": "application/x-amz-json-1.1",
            "authorization": _ADMIN,
        }
        answer = self._http.post("/", content=json.dumps(body), headers=headers)
        answer.raise_for_status()
        events: list[Event] = answer.json()["Events"]
        return events

    def _newest(self) -> float:
        """Of an earlier recording, whose events are not ours."""
        self._since = 0.0
        events = self._page(None)
        return float(events[0]["EventTime"]) + 1e-6 if events else 0.0

    def _record(self, on: str) -> None:
        answer = self._http.post("/_ministack/config", json={"cloudtrail._recording_enabled": on})
        answer.raise_for_status()


def function_keys(functions: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The functions by the access keys of their sessions, which the emulator derives from their ARNs.

    `functions`: their configurations, by the names that the answer shall have.
    """

    def access_key(function: Mapping[str, Any]) -> str:
        digest = hashlib.sha256(f"{function['FunctionArn']}:{function['Role']}".encode()).hexdigest()
        return f"ASIA{digest[:16].upper()}"

    return {access_key(function): name for name, function in functions.items()}


def _name(event: Event) -> str:
    return f"{event['EventSource'].split('.')[0]}:{event['EventName']}"
