"""How the official clients wait: their own code, with its clock and its HTTP replaced."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import aigateway.client  # type: ignore[import-untyped]  # it has no types
import httpx
import requests
import wavespeed.api.client  # type: ignore[import-untyped]  # it ships no types

from benchmarks.lag_tasks import Timeline, Waited

_KEY = "not-a-real-key"


def wavespeed_client(seconds: Sequence[float], poll_interval_seconds: float = 1.0) -> Waited:
    """`wavespeed.Client.run`, which polls each second unless told otherwise."""
    timeline = Timeline()

    def send(_: object, request: requests.PreparedRequest, **__: object) -> requests.Response:
        if request.method == "POST":
            timeline.submit()
            return _answer(request, {"id": "task", "status": "created"})
        status = "completed" if timeline.is_done() else "processing"
        return _answer(request, {"id": "task", "status": status, "outputs": []})

    client = wavespeed.api.client.Client(_KEY, "https://upstream.test")
    with (
        patch.object(requests.adapters.HTTPAdapter, "send", send),
        patch.object(wavespeed.api.client, "time", _clock(timeline)),
    ):
        for took in seconds:
            timeline.next_task(took)
            client.run("bytedance/seedream-v3.1", {"prompt": "x"}, poll_interval=poll_interval_seconds)
    return timeline.waited


def aigateway_client(seconds: Sequence[float]) -> Waited:
    """`AIgateway.jobs.wait`: each wait is half as long again as the one before."""
    timeline = Timeline()

    def handle(_: httpx.Request) -> httpx.Response:
        status = "completed" if timeline.is_done() else "processing"
        return httpx.Response(200, json={"id": "task", "status": status})

    client = aigateway.client.AIgateway(_KEY, transport=httpx.MockTransport(handle))
    with patch.object(aigateway.client, "time", _clock(timeline)):
        for took in seconds:
            timeline.next_task(took)
            timeline.submit()  # for which this client has no method
            client.jobs.wait("task")
    return timeline.waited


def _clock(timeline: Timeline) -> Any:
    """In place of the module `time`."""
    return SimpleNamespace(time=timeline.clock, sleep=timeline.clock.sleep)


def _answer(request: requests.PreparedRequest, data: dict[str, Any]) -> requests.Response:
    response = requests.Response()
    response.status_code, response.request, response.url = 200, request, request.url or ""
    response._content = json.dumps({"code": 200, "message": "success", "data": data}).encode()
    return response
