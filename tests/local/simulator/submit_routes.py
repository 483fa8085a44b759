"""`POST /api/v3/{model}`: the order of checks, the charge, sync mode, and the faults of a submit."""

import asyncio
import json
import time

from aiohttp import web

from local.simulator import interference
from local.simulator.accounts import Account
from local.simulator.answers import RefusalError, refusal, success
from local.simulator.fault_kinds import Params
from local.simulator.lifecycle import INSUFFICIENT_CREDITS, Lifecycle
from local.simulator.stats import bump, now_ms
from local.simulator.submission import INVALID_PARAMETER, Submission, parse_submission
from local.simulator.task import Task
from local.simulator.world import World

SYNC_TIMED_OUT = 5004
NOTHING_CREATED = ("refuse", "rate_limited", "error_500_not_created")


async def json_body(request: web.Request) -> object:
    """Raises RefusalError (400) for what is not JSON."""
    try:
        return json.loads(await request.read() or b"{}")
    except ValueError:
        raise refusal(400, "the request body is not valid JSON", INVALID_PARAMETER) from None


class SubmitRoutes:
    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world, self._lifecycle = world, lifecycle

    def table(self) -> list[web.RouteDef]:
        return [web.post("/api/v3/{model:.+}", self._submit)]

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        stats = self._world.stats
        stats.submits_received += 1
        try:
            account = self._world.account(request.headers.get("Authorization"))
            model_id, webhook = request.match_info["model"], request.query.get("webhook")
            submission = parse_submission(model_id, await json_body(request), webhook)
            bump(self._world.stats.submits_by_prompt, submission.prompt)
            struck = self._world.faults.take_first("submit", submission.prompt, model_id)
            if struck and struck[0] in NOTHING_CREATED:
                raise _refused(*struck)
            if struck and struck[0] == "slow_submit" and struck[1]["created"] == "after":
                await asyncio.sleep(struck[1]["seconds"])
            if stats is not self._world.stats:
                raise refusal(503, "the simulator was reset meanwhile")
            self._check_limits(account)
            task = self._create(account, submission)
        except RefusalError as refused:
            self._world.stats.submit_refused(refused.status)
            raise
        reply = success(task.prediction())
        await self._start(task)
        if submission.is_sync:
            reply = await self._sync_reply(task)
        return await _spoiled(request, reply, struck)

    def _check_limits(self, account: Account) -> None:
        """Raises RefusalError (429) over the rate, or over the concurrency where that refuses."""
        settings, now_seconds = self._world.settings, time.time()
        after = settings.retry_after_seconds
        headers = {} if after is None else {"Retry-After": str(after)}
        limits = settings.limits()
        if not account.window.admits(now_seconds, limits.images_per_minute, settings.rate_window):
            raise refusal(429, "rate limit exceeded: images per minute", headers=headers)
        is_full = account.in_flight + len(account.waiting) >= limits.concurrent_tasks
        if settings.concurrency_mode == "refuse" and is_full:
            raise refusal(429, "too many concurrent tasks", headers=headers)

    def _create(self, account: Account, submission: Submission) -> Task:
        """Charges; raises RefusalError (402) if the balance does not reach and that is how it is told."""
        price, stats = self._world.price_microusd(submission.model), self._world.stats
        is_broke = account.balance_microusd < price
        if is_broke and self._world.settings.insufficient_credits == "402":
            raise refusal(402, "insufficient credits", INSUFFICIENT_CREDITS)
        task = self._world.new_task(account, submission)
        if is_broke:
            task.pinned["fail"] = {"error_code": INSUFFICIENT_CREDITS, "message": ""}
        else:
            account.charge(task, price, stats)
        account.window.count(time.time())
        stats.accepted += 1
        bump(stats.accepted_by_prompt, task.prompt)
        bump(stats.accepted_by_account, account.label)
        bump(stats.accepts_per_second, str(now_ms() // 1000))
        stats.accepted_at_ms[task.id] = now_ms()
        return task

    async def _start(self, task: Task) -> None:
        if "early_callback" in task.pinned:
            await self._lifecycle.finish_early(task)
        else:
            self._lifecycle.begin(task)

    async def _sync_reply(self, task: Task) -> web.Response:
        forced = self._world.faults.take("sync_timeout", task.prompt, task.model_id)
        wait_seconds = 0.0 if forced else self._world.settings.sync_wait_seconds
        try:
            await asyncio.wait_for(task.ended.wait(), wait_seconds)
        except TimeoutError:
            answer = forced["answer"] if forced else self._world.settings.sync_timeout
            return _sync_timed_out(task, answer)
        return success(task.prediction())


def _sync_timed_out(task: Task, answer: str) -> web.Response:
    """The task goes on."""
    if answer == "504":
        return web.json_response({"message": "gateway timeout"}, status=504)
    shown = task.prediction()
    error = "Sync mode timed out, query the result later"
    known = {"id": task.id, "status": "processing", "urls": shown["urls"], "outputs": []}
    return success({**known, "code": SYNC_TIMED_OUT, "error": error})


def _refused(kind: str, params: Params) -> RefusalError:
    if kind == "refuse":
        return refusal(params["status"], params["message"] or "refused", params["error_code"])
    if kind == "rate_limited":
        after = params["retry_after"]
        return refusal(
            429, "rate limit exceeded", headers={} if after is None else {"Retry-After": str(after)}
        )
    headers = {"Location": params["location"]} if params["location"] else None
    return refusal(params["status"], "internal error", interference.INTERNAL, headers)


async def _spoiled(
    request: web.Request, reply: web.Response, struck: tuple[str, Params] | None
) -> web.Response:
    """The reply as it leaves, after the faults that strike once the task exists."""
    match struck:
        case ("slow_submit", params):
            if params["created"] == "before":
                await asyncio.sleep(params["seconds"])
        case ("garbage_submit", params):
            return interference.garbage(params)
        case ("error_500_created", params):
            return interference.error(params)
        case ("lost_reply", params):
            return await interference.lose(request, reply, params)
    return reply
