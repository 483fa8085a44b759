"""Reading, listing and deleting predictions, with the faults of a look."""

import asyncio
import re
from datetime import datetime
from typing import Any

from aiohttp import web

from local.simulator import interference
from local.simulator.answers import refusal, success
from local.simulator.fault_kinds import Params
from local.simulator.lifecycle import Lifecycle
from local.simulator.stats import bump
from local.simulator.submission import INVALID_PARAMETER
from local.simulator.submit_routes import json_body
from local.simulator.task import Task
from local.simulator.world import World

LARGEST_PAGE, DEFAULT_PAGE = 100, 20
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
PREDICTION = "/api/v3/predictions/{id}"


class PredictionRoutes:
    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world, self._lifecycle = world, lifecycle

    def table(self) -> list[web.RouteDef]:
        return [
            web.get(PREDICTION, self._result),
            web.get(PREDICTION + "/result", self._result),
            web.delete(PREDICTION, self._delete),
            web.post("/api/v3/predictions", self._list),
            web.post("/api/v3/predictions/delete", self._delete_many),
        ]

    async def _result(self, request: web.Request) -> web.StreamResponse:
        account = self._world.account(request.headers.get("Authorization"))
        task = self._world.task(account, request.match_info["id"])
        task.looks += 1
        self._world.stats.result_gets += 1
        bump(self._world.stats.result_gets_by_task, task.id)
        hidden = task.pinned.get("not_found_after_create")
        if hidden and (task.looks <= hidden["looks"] or task.age_seconds < hidden["seconds"]):
            raise refusal(404, f"prediction not found: {task.id}")
        struck = self._world.faults.take_first("result", task.prompt, task.model_id)
        if struck and struck[0] == "slow_result":
            await asyncio.sleep(struck[1]["seconds"])
        return await _spoiled(request, success(task.prediction()), struck)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """Newest first; upstream documents no order."""
        account = self._world.account(request.headers.get("Authorization"))
        self._world.stats.list_calls += 1
        query = await json_body(request)
        if not isinstance(query, dict):
            raise _invalid("the request body must be a JSON object")
        if struck := self._world.faults.take_first("list", "", ""):
            return interference.error(struck[1])
        page, size = _whole(query, "page", 1), _whole(query, "page_size", DEFAULT_PAGE)
        if size > LARGEST_PAGE:
            raise _invalid(f"page_size must be at most {LARGEST_PAGE}")
        window = self._world.settings.list_window_seconds
        found = [
            task
            for task in reversed(self._world.tasks.values())
            if task.account_key == account.key
            and task.age_seconds <= window
            and "hidden_from_list" not in task.pinned
            and _matches(task, query)
        ]
        shown = found[(page - 1) * size : page * size]
        echoes = self._world.settings.list_echoes_input
        return success({"page": page, "items": [task.list_item(echoes) for task in shown]})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        account = self._world.account(request.headers.get("Authorization"))
        self._world.stats.delete_calls += 1
        task = self._world.task(account, request.match_info["id"])
        self._lifecycle.delete(task)
        return success({"id": task.id, "status": "deleted"})

    async def _delete_many(self, request: web.Request) -> web.StreamResponse:
        """Unknown ids are passed over; the count tells."""
        account = self._world.account(request.headers.get("Authorization"))
        self._world.stats.delete_calls += 1
        body = await json_body(request)
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not all(isinstance(task_id, str) for task_id in ids):
            raise _invalid("ids must be a list of strings")
        known = [self._world.tasks[task_id] for task_id in ids if task_id in self._world.tasks]
        own = [task for task in known if task.account_key == account.key]
        for task in own:
            self._lifecycle.delete(task)
        return success({"deleted_count": len(own)})


def _invalid(message: str) -> Exception:
    return refusal(400, message, INVALID_PARAMETER)


def _whole(query: dict[str, Any], name: str, default: int) -> int:
    value = query.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _invalid(f"{name} must be a positive integer")
    return value


def _matches(task: Task, query: dict[str, Any]) -> bool:
    after, before = _moment_ns(query, "created_after"), _moment_ns(query, "created_before")
    return (
        query.get("model") in (None, "", task.model_id)
        and query.get("status") in (None, "", task.status)
        and (after is None or task.created_ns > after)
        and (before is None or task.created_ns < before)
    )


def _moment_ns(query: dict[str, Any], name: str) -> int | None:
    """Exact: a float of seconds would lose the last digits of the nanoseconds."""
    text = query.get(name)
    if text in (None, ""):
        return None
    match = MOMENT.fullmatch(str(text))
    try:
        seconds = datetime.fromisoformat(match[1] + match[3]).timestamp() if match else None
    except ValueError:
        seconds = None
    if match is None or seconds is None:
        raise _invalid(f"{name} must be an RFC 3339 time")
    return int(seconds) * 1_000_000_000 + int((match[2] or "").ljust(9, "0"))


async def _spoiled(
    request: web.Request, reply: web.Response, struck: tuple[str, Params] | None
) -> web.Response:
    match struck:
        case ("garbage_result", params):
            return interference.garbage(params)
        case ("result_error", params):
            return interference.error(params)
        case ("lost_result", params):
            return await interference.lose(request, reply, params)
    return reply
