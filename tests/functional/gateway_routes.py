"""The template's routes, matched as API Gateway matches them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from template.reading import Template


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    resource: str
    """As the template writes it: /v1/jobs/{id}."""
    function: str
    """The folder in `functions/`."""
    is_open: bool

    @property
    def segments(self) -> list[str]:
        return _segments(self.resource)


@dataclass(frozen=True, slots=True)
class Match:
    route: Route
    parameters: dict[str, str]
    """Percent-decoded, as a REST API gives them."""


def routes_of(template: Template) -> list[Route]:
    """Every `Api` event of every function."""
    return [
        _route(function, event["Properties"])
        for function in template.functions.values()
        for event in (function.get("Events") or {}).values()
        if event["Type"] == "Api"
    ]


def find(routes: list[Route], method: str, path: str) -> Match | None:
    """`path` is still percent-encoded. What matches best segment by segment decides; where it lacks the
    method, the request falls through to a greedy parameter that has it (so measured on AWS), else nowhere.
    """
    segments = _segments(path)
    matching = [route for route in routes if _matches(route.segments, segments)]
    best = min((_rank(route) for route in matching), default=None)
    with_method = [route for route in matching if route.method == method]
    candidates = [route for route in with_method if _rank(route) == best or _is_greedy(route)]
    if not candidates:
        return None
    route = min(candidates, key=_rank)
    return Match(route, _parameters(route.segments, segments))


def _route(function: dict[str, Any], event: dict[str, Any]) -> Route:
    return Route(
        method=event["Method"].upper(),
        resource=event["Path"],
        function=function["Handler"].split(".")[0],
        is_open=event.get("Auth", {}).get("Authorizer") == "NONE",
    )


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _matches(wanted: list[str], given: list[str]) -> bool:
    if wanted and wanted[-1].endswith("+}"):
        if len(given) < len(wanted):
            return False
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    return len(wanted) == len(given) and all(
        part.startswith("{") or part == segment for part, segment in zip(wanted, given, strict=True)
    )


def _rank(route: Route) -> list[int]:
    """A fixed segment comes before a parameter, a parameter before a greedy one."""
    return [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in route.segments]


def _is_greedy(route: Route) -> bool:
    return route.resource.endswith("+}")


def _parameters(wanted: list[str], given: list[str]) -> dict[str, str]:
    found = {}
    for index, part in enumerate(wanted):
        if part.endswith("+}"):
            found[part[1:-2]] = unquote("/".join(given[index:]))
        elif part.startswith("{"):
            found[part[1:-1]] = unquote(given[index])
    return found
