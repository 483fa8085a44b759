"""What the HTTP functions share: the router with the house's errors, who calls, and under which address."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from darkroom.http.errors import ApiError, invalid_request, try_again
from darkroom.jobs.account import Account
from darkroom.jobs.rules import Problem
from darkroom.observability import logger
from darkroom.ports import ThrottledError
from darkroom.settings import settings

JSON = "application/json"

Handler = TypeVar("Handler", bound=Callable[..., Any])
Refusal = Callable[[ApiError], tuple[int, str]]
"""A surface's own way to refuse: the status and the body."""
_NONE: Mapping[str, Any] = MappingProxyType({})
_OLDEST_SECONDS = 29.0
"""API Gateway waits no longer: an older time is that of a recorded event, or in another unit."""


class Api(APIGatewayRestResolver):
    """Powertools' router. Errors become the house's bodies; an unforeseen one says nothing of itself.

    A route takes the query parameters that `takes` names, and no others.
    """

    def __init__(self, modules: Mapping[str, str] = _NONE, refusals: Mapping[str, Refusal] = _NONE) -> None:
        """By what the path begins with: in `modules` the module that registers the route, imported with the
        first request for it; in `refusals` a surface that refuses in its own way."""
        super().__init__()
        self._modules = modules
        self._refusals = refusals
        self._taken: dict[Callable[..., Any], tuple[str, ...]] = {}
        self.exception_handler(ApiError)(self._refused)
        self.exception_handler(ThrottledError)(self._busy)
        self.exception_handler(Exception)(self._internal)
        self.not_found(self._no_route)

    def resolve(self, event: Any, context: Any) -> dict[str, Any]:
        """Every answer carries the request's id, by which its log lines are found.

        Under a domain name of one's own the path that API Gateway gives begins with the mapping's base path;
        the resource with its parameters is the route as the template has it.
        """
        self.load(event["resource"])
        reply = super().resolve({**event, "path": _route(event)}, context)
        reply["multiValueHeaders"]["x-request-id"] = [event["requestContext"]["requestId"]]
        return reply

    def load(self, resource: str) -> None:
        """Imports what registers the route: a process pays for what its own requests need."""
        for module in self.modules_for(resource):
            import_module(module)

    def modules_for(self, resource: str) -> list[str]:
        return [module for prefix, module in self._modules.items() if resource.startswith(prefix)]

    @property
    def tenant(self) -> str:
        """From the authorizer alone: nothing in the request can name another."""
        return str(self._context["authorizer"]["tenant"])

    @property
    def account(self) -> Account:
        """As the authorizer wrote it into its context, whose values are text."""
        given = self._context["authorizer"]
        rpm, owners_rpm = given.get("requests_per_minute"), given.get("owner_requests_per_minute")
        return Account(
            tenant=str(given["tenant"]),
            owner=given.get("owner") or None,
            payers=tuple(name for name in str(given.get("payers", "")).split(",") if name),
            requests_per_minute=int(rpm) if rpm else None,
            own_upstream_key=given.get("own_upstream_key") == "true",
            owner_requests_per_minute=int(owners_rpm) if owners_rpm else None,
        )

    @property
    def received_at(self) -> float:
        """When API Gateway took the request in, in Unix seconds: before the authorizer and a cold start."""
        now, received = time.time(), float(self._context.get("requestTimeEpoch", 0)) / 1000
        return received if now - _OLDEST_SECONDS <= received <= now else now

    @property
    def base_url(self) -> str:
        """Where the caller reached the API, without a slash at the end."""
        if settings().public_url:
            return settings().public_url
        context, path = self._context, unquote(self.current_event.path)
        return f"https://{context['domainName']}{unquote(context['path']).removesuffix(path)}"

    @property
    def own_host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def body(self) -> bytes:
        """The request's bytes as they were sent."""
        event = self.current_event
        text = event.get("body") or ""
        try:
            return base64.b64decode(text) if event.get("isBase64Encoded") else str(text).encode()
        except ValueError:
            raise ApiError(400, "invalid_body", "The body can't be read as UTF-8.") from None

    def header(self, name: str) -> str | None:
        """By its name in lower case; the last one where it is repeated."""
        headers = self.current_event.get("headers") or {}
        return next((value for key, value in headers.items() if key.lower() == name), None)

    def query(self, name: str) -> str | None:
        return (self.current_event.get("queryStringParameters") or {}).get(name)

    def takes(self, *names: str) -> Callable[[Handler], Handler]:
        """Goes below the route: the query parameters that it takes."""

        def named(handler: Handler) -> Handler:
            self._taken[handler] = names
            return handler

        return named

    def taken(self, handler: Callable[..., Any]) -> tuple[str, ...]:
        return self._taken.get(handler, ())

    def route(self, *route: Any, **options: Any) -> Callable[[Handler], Handler]:
        """Powertools', which all its methods' routes go through."""
        register = super().route(*route, **options)

        def registered(handler: Handler) -> Handler:
            @wraps(handler)
            def checked(**arguments: Any) -> Any:
                self._check_query(self.taken(handler))
                return handler(**arguments)

            register(checked)
            return handler

        return registered

    def _check_query(self, names: tuple[str, ...]) -> None:
        """Raises ApiError for a parameter of another name: a misspelt filter must not be ignored silently."""
        given = self.current_event.get("queryStringParameters") or {}
        known = f"the parameters are: {', '.join(names)}" if names else "there are none here"
        problems = [Problem(name, f"unknown parameter; {known}") for name in given if name not in names]
        if problems:
            raise invalid_request(*problems)

    def _refused(self, error: ApiError) -> Response[str]:
        """In the shape that the route's surface promises."""
        path = self.current_event.path
        own = next((refusal for prefix, refusal in self._refusals.items() if path.startswith(prefix)), None)
        status, body = own(error) if own else (error.status, error.body)
        return Response(status_code=status, content_type=JSON, body=body, headers=dict(error.headers))

    def _busy(self, error: ThrottledError) -> Response[str]:
        logger().warning("busy", extra={"reason": str(error)})
        return self._refused(try_again())

    def _internal(self, _: Exception) -> Response[str]:
        logger().exception("unforeseen error")
        text = "Something went wrong on our side; try again shortly."
        return self._refused(ApiError(500, "internal_error", text))

    def _no_route(self, _: NotFoundError) -> Response[str]:
        return self._refused(ApiError(404, "route_not_found", "There is no such route."))

    @property
    def _context(self) -> dict[str, Any]:
        context: dict[str, Any] = self.current_event["requestContext"]
        return context


def _route(event: dict[str, Any]) -> str:
    """A parameter is one segment, whatever it holds: the router's own end at a slash, and pass over a line
    break at the end. An id has nothing to quote, and what has is no id.
    """
    path: str = event["resource"]
    for name, value in (event.get("pathParameters") or {}).items():
        quoted = quote(unquote(value), safe="")
        path = path.replace(f"{{{name}}}", quoted).replace(f"{{{name}+}}", quoted)
    return path


def answer(body: object, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Response[str]:
    text = json.dumps(body, ensure_ascii=False)
    return Response(status_code=status, content_type=JSON, body=text, headers=dict(headers or {}))
