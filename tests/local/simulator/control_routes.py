"""`/_control/…`: settings, faults, statistics, tasks, callbacks again and forged, reset. No key needed."""

import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from local.simulator.answers import refusal
from local.simulator.callbacks import Callbacks, Message
from local.simulator.fault_kinds import KINDS
from local.simulator.faults import FaultError
from local.simulator.lifecycle import Lifecycle
from local.simulator.submit_routes import json_body
from local.simulator.task import Task
from local.simulator.world import Credentials, World


class ControlRoutes:
    def __init__(self, world: World, lifecycle: Lifecycle, callbacks: Callbacks) -> None:
        self._world, self._lifecycle, self._callbacks = world, lifecycle, callbacks

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/settings", self._settings),
            web.put("/_control/settings", self._change_settings),
            web.get("/_control/faults", self._faults),
            web.post("/_control/faults", self._arm),
            web.delete("/_control/faults", self._disarm),
            web.get("/_control/stats", self._stats),
            web.get("/_control/tasks", self._tasks),
            web.post("/_control/tasks/{id}/callback", self._callback_again),
            web.post("/_control/callbacks/forge", self._forge),
            web.post("/_control/accounts", self._open_account),
            web.post("/_control/reset", self._reset),
        ]

    async def _settings(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.settings.model_dump())

    async def _change_settings(self, request: web.Request) -> web.Response:
        """A new balance is given to all accounts at once; more places are filled at once."""
        changes = await _object(request)
        try:
            self._world.settings = self._world.settings.changed(changes)
        except ValueError as error:
            raise refusal(400, str(error)) from error
        for account in self._world.accounts.values():
            if "balance_microusd" in changes:
                account.balance_microusd = self._world.settings.balance_microusd
            self._lifecycle.fill_places(account)
        return web.json_response(self._world.settings.model_dump())

    async def _faults(self, _: web.Request) -> web.Response:
        armed = [asdict(fault) for fault in self._world.faults.armed if fault.remaining != 0]
        return web.json_response(
            {"armed": armed, "kinds": {name: asdict(kind) for name, kind in KINDS.items()}}
        )

    async def _arm(self, request: web.Request) -> web.Response:
        """Takes one order or a list of them."""
        given = await json_body(request)
        orders = given if isinstance(given, list) else [given]
        try:
            armed = [self._world.faults.arm(order) for order in orders]
        except FaultError as error:
            raise refusal(400, str(error)) from error
        return web.json_response([asdict(fault) for fault in armed])

    async def _disarm(self, _: web.Request) -> web.Response:
        self._world.faults.armed.clear()
        return web.json_response({})

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self._world.stats))

    async def _tasks(self, _: web.Request) -> web.Response:
        return web.json_response([_shown(task) for task in self._world.tasks.values()])

    async def _callback_again(self, request: web.Request) -> web.Response:
        """One more attempt, at once, with a new webhook-id; whatever state the task is in."""
        task = self._known_task(request.match_info["id"])
        message = self._message(task)
        status = await self._callbacks.post(task, message.url, message.body, message.signed())
        return web.json_response({"status": status})

    async def _forge(self, request: web.Request) -> web.Response:
        """`{task_id, variant}`, or something of one's own: `{url, body, secret?, headers?}`."""
        order = await _object(request)
        if "task_id" in order:
            task = self._known_task(str(order["task_id"]))
            forgery = self._callbacks.forgery(self._message(task), str(order.get("variant", "bad_signature")))
            return web.json_response({"status": await self._callbacks.post(task, *forgery)})
        raw = order.get("body", "")
        body = (raw if isinstance(raw, str) else json.dumps(raw)).encode()
        message = Message(str(order["url"]), body, str(order.get("secret", "whsec_unknown")))
        headers = message.signed(order.get("headers"))
        return web.json_response({"status": await self._callbacks.post(None, message.url, body, headers)})

    async def _open_account(self, request: web.Request) -> web.Response:
        """`{key, webhook_secret, balance_microusd?}`: a key with a balance and a rate of its own."""
        order = await _object(request)
        given, balance = (order.get("key"), order.get("webhook_secret")), order.get("balance_microusd")
        if not all(isinstance(text, str) and text for text in given) or not isinstance(balance, int | None):
            raise refusal(400, "an account has a key, a webhook_secret and perhaps a balance_microusd")
        self._world.open_account(Credentials(*map(str, given)), balance)
        return web.json_response({})

    async def _reset(self, _: web.Request) -> web.Response:
        await self._lifecycle.stop_all()
        self._world.forget()
        return web.json_response({})

    def _known_task(self, task_id: str) -> Task:
        task = self._world.tasks.get(task_id)
        if task is None:
            raise refusal(404, f"no task {task_id}")
        return task

    def _message(self, task: Task) -> Message:
        message = self._callbacks.message(task)
        if message is None:
            raise refusal(400, "the task has no webhook URL")
        return message


async def _object(request: web.Request) -> dict[str, Any]:
    body = await json_body(request)
    if not isinstance(body, dict):
        raise refusal(400, "the request body must be a JSON object")
    return body


def _shown(task: Task) -> dict[str, Any]:
    """More than the API tells: for tests and for curious people."""
    return {
        "id": task.id,
        "account": "…" + task.account_key[-4:],
        "model": task.model_id,
        "input": task.submission.input,
        "seed": task.seed,
        "status": task.status,
        "error": task.error,
        "code": task.code,
        "outputs": [url if url.startswith("http") else "base64" for url in task.outputs],
        "webhook_url": task.submission.webhook_url,
        "created_at": task.created_at,
        "started_at_ms": task.started_at_ms,
        "ended_at_ms": task.ended_at_ms,
        "charged_microusd": task.charged_microusd,
        "looks": task.looks,
        "callback_attempts": task.callback_attempts,
        "faults": task.pinned,
    }
