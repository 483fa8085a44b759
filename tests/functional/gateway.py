"""API Gateway in the process: the template's routes over the real handlers, as a WSGI application.

`serving` gives it a port on 127.0.0.1, for clients that bring their own HTTP. It runs no poller.
"""

import base64
import importlib
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import get_input_stream

from darkroom.http.api import Api
from functional.gateway_events import Environ, rest_event
from functional.gateway_responses import Answer, GatewayResponses
from functional.gateway_routes import find, routes_of
from template.reading import Template, read

STAGE = "/live"
MAX_REQUEST_BYTES = 10 * 1024 * 1024
MAX_REPLY_BYTES = 6 * 1024 * 1024
"""Of a Lambda's answer, as JSON."""
_ARN = "arn:aws:execute-api:us-east-1:123456789012:abcd1234/live"

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class LambdaContext:
    """As far as our functions and Powertools look into it, for one invocation."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"

    def __init__(self) -> None:
        self.aws_request_id = secrets.token_hex(16)
        self._ends_at = time.monotonic() + 29

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._ends_at - time.monotonic()) * 1000))


class Gateway:
    def __init__(self, template: Template | None = None) -> None:
        template = template or read()
        self.routes = routes_of(template)
        self._responses = GatewayResponses(template)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = self._answer(environ)
        reason = {404: "Not Found"}.get(answer.status, "-")
        length = ("content-length", str(len(answer.body)))
        start_response(f"{answer.status} {reason}", [*answer.headers, length])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        request_id = secrets.token_hex(16)
        path = str(environ["REQUEST_URI"]).split("?")[0]
        method = environ["REQUEST_METHOD"]
        match = find(self.routes, method, path.removeprefix(STAGE)) if path.startswith(STAGE + "/") else None
        if match is None:
            return self._responses.render("MISSING_AUTHENTICATION_TOKEN", request_id)
        caller = None if match.route.is_open else _caller(environ.get("HTTP_AUTHORIZATION"), method, path)
        if isinstance(caller, str):
            return self._responses.render(caller, request_id)
        body = get_input_stream(environ).read()
        if len(body) > MAX_REQUEST_BYTES:
            return self._responses.render("REQUEST_TOO_LARGE", request_id)
        event = rest_event(environ, match, path, body, request_id, caller)
        try:
            return _invoked(_handler(match.route.function), event)
        except Exception:  # a function that fails is API Gateway's 502
            logging.getLogger(__name__).exception("%s %s failed", method, path)
            return self._responses.render("DEFAULT_5XX", request_id)


def _handler(function: str) -> Handler:
    handler: Handler = importlib.import_module(f"{function}.app").lambda_handler
    return handler


def _caller(token: str | None, method: str, path: str) -> dict[str, str] | str:
    """The authorizer's context, whose values API Gateway makes text; or the name of its refusal."""
    if not token:
        return "UNAUTHORIZED"
    arn = f"{_ARN}/{method}{path.removeprefix(STAGE)}"
    event = {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
    try:
        policy = _handler("authorizer")(event, LambdaContext())
    except Exception as error:  # as API Gateway judges it: by its words
        if str(error) == "Unauthorized":
            return "UNAUTHORIZED"
        logging.getLogger(__name__).exception("the authorizer failed")
        return "AUTHORIZER_FAILURE"
    if any(statement["Effect"] == "Deny" for statement in policy["policyDocument"]["Statement"]):
        return "ACCESS_DENIED"
    context = {"principalId": policy["principalId"], **policy["context"]}
    return {name: json.dumps(v) if isinstance(v, bool) else str(v) for name, v in context.items()}


def _invoked(handler: Handler, event: dict[str, Any]) -> Answer:
    """Raises for an answer that API Gateway would not take."""
    reply = json.loads(json.dumps(handler(event, LambdaContext())))
    if len(json.dumps(reply)) > MAX_REPLY_BYTES:
        raise ValueError("the answer is larger than Lambda's 6 MB")
    status, text = reply["statusCode"], reply.get("body") or ""
    assert isinstance(status, int)
    assert isinstance(text, str)
    given = {name: [value] for name, value in (reply.get("headers") or {}).items()}
    given |= reply.get("multiValueHeaders") or {}
    headers = [(name, str(value)) for name, values in given.items() for value in values]
    is_encoded = reply.get("isBase64Encoded")
    return Answer(status, headers, base64.b64decode(text, validate=True) if is_encoded else text.encode())


class _Handler(WSGIRequestHandler):
    open: ClassVar[set[socket.socket]] = set()

    def setup(self) -> None:
        super().setup()
        self.open.add(self.connection)

    def finish(self) -> None:
        self.open.discard(self.connection)
        super().finish()

    def log(self, *_: object) -> None:
        pass


@contextmanager
def serving(application: Gateway) -> Iterator[str]:
    """The base URL, stage included, while the block runs."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Handler)
    server.daemon_threads = False  # type: ignore[attr-defined]  # of a ThreadingMixIn: closing waits for them
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    with _requests_apart():
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{STAGE}"
        finally:
            server.shutdown()
            for kept_alive in tuple(_Handler.open):
                with suppress(OSError):
                    kept_alive.shutdown(socket.SHUT_RD)
            server.server_close()
            thread.join()


@contextmanager
def _requests_apart() -> Iterator[None]:
    """A Lambda process answers one request at a time, and Powertools keeps that one in its base class. Here
    threads share the process: each keeps its own.
    """
    mine = threading.local()

    def keep(_: Api, event: dict[str, Any]) -> APIGatewayProxyEvent:
        mine.event = kept = APIGatewayProxyEvent(event)
        return kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Api, "_to_proxy_event", keep)
        patch.setattr(Api, "current_event", property(lambda _: mine.event), raising=False)
        yield
