"""Upstream at httpx's transport: what it answers, what it was asked, and the client in front of it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from darkroom.wavespeed.client import WaveSpeed
from darkroom.wavespeed.transport import client_over

BASE_URL = "https://upstream.example/api/v3"
KEY = "obviously-fake-upstream-key"
MODEL = "bytedance/dreamina-v3.1/text-to-image"
INPUTS = {"prompt": "a lighthouse", "size": "1024*1024", "seed": 7}
NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT

Answering = Callable[[httpx.Request], httpx.Response]


def upstream(answering: Answering, **options: Any) -> WaveSpeed:
    client = client_over(httpx.MockTransport(answering))
    return WaveSpeed(client, BASE_URL, lambda: KEY, **{"clock": lambda: NOW, **options})


def answers(status: int, body: object = b"", headers: dict[str, str] | None = None) -> Answering:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda request: httpx.Response(status, stream=httpx.ByteStream(content), headers=headers)


def raises(error: Exception) -> Answering:
    def answering(request: httpx.Request) -> httpx.Response:
        raise error

    return answering


def envelope(data: object, code: int = 200) -> dict[str, object]:
    return {"code": code, "message": "success", "data": data}


class Recorder:
    """Answers all alike and keeps the requests."""

    def __init__(self, *bodies: object, status: int = 200) -> None:
        self._bodies = list(bodies)
        self._status = status
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        return answers(self._status, body)(request)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


class Breaking(httpx.SyncByteStream):
    """A body that ends in an error after its first bytes."""

    def __init__(self, error: Exception, first: bytes = b'{"code": 200, "data": {"id": "a1"') -> None:
        self._error = error
        self._first = first

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        raise self._error
