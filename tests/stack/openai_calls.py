"""The `openai` package's two clients behind one call, so that each test runs with both."""

import asyncio
from collections.abc import Callable
from typing import Any

from openai import AsyncOpenAI, OpenAI

from stack.conftest import Stack

Call = Callable[..., Any]
"""`call("images.generate", prompt=…)`; the client's own options as `options`."""


def calls(kind: str, stack: Stack, api_key: str | None = None) -> Call:
    """`kind`: sync or async. Each call has a client of its own."""
    settings = {"api_key": api_key or stack.state["api_key"], "base_url": f"{stack.state['api_url']}/v1"}

    def call(method: str, *arguments: Any, options: dict[str, Any] | None = None, **fields: Any) -> Any:
        given: dict[str, Any] = settings | (options or {})
        if kind == "async":
            return asyncio.run(_awaited(given, method, *arguments, **fields))
        with OpenAI(**given) as client:
            return _method(client, method)(*arguments, **fields)

    return call


async def _awaited(settings: dict[str, Any], method: str, *arguments: Any, **fields: Any) -> Any:
    async with AsyncOpenAI(**settings) as client:
        return await _method(client, method)(*arguments, **fields)


def _method(client: Any, name: str) -> Any:
    for part in name.split("."):
        client = getattr(client, part)
    return client
