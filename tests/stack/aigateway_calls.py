"""AIgateway's official Python client, unmodified from PyPI: both its variants behind one way to call them."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import pytest
from aigateway import (  # type: ignore[import-untyped]  # it ships no types
    AIgateway,
    AIgatewayError,
    AsyncAIgateway,
)

from stack.conftest import Stack

VARIANTS = [AIgateway, AsyncAIgateway]

Call = Callable[..., Any]
Calling = Callable[[str], Call]


@contextmanager
def calling(variant: Any, stack: Stack) -> Iterator[Calling]:
    """Gives for an API key a way to call the client: `call("jobs.get", job_id)`, awaited where need be."""
    made: list[Call] = []
    with asyncio.Runner() as runner:

        def call_with(api_key: str) -> Call:
            url = stack.state["api_url"]
            client = variant(api_key, base_url=url, media_base_url=url, tag="stack-tests")

            def call(method: str, *arguments: Any, **named: Any) -> Any:
                result = attrgetter(method)(client)(*arguments, **named)
                return runner.run(result) if inspect.iscoroutine(result) else result

            made.append(call)
            return call

        yield call_with
        for call in made:
            call("close")


def refusal(call: Call, method: str, *arguments: Any, **named: Any) -> tuple[int, str]:
    """The status and type of the error that the client raises."""
    with pytest.raises(AIgatewayError) as raised:
        call(method, *arguments, **named)
    assert str(raised.value)
    return raised.value.status_code, raised.value.type
