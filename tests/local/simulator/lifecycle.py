"""What happens to a task over time: it waits for a place, runs, ends or is deleted; then the next starts."""

import asyncio
import base64
from collections.abc import Coroutine

from local.simulator.accounts import Account
from local.simulator.callbacks import Callbacks
from local.simulator.pictures.studio import Studio
from local.simulator.stats import bump, now_ms
from local.simulator.task import Task
from local.simulator.world import World

MODERATION, EXECUTION_FAILED, INSUFFICIENT_CREDITS = 1200, 1403, 1407
MESSAGES = {
    MODERATION: "content flagged by moderation",
    1402: "media access failed",
    EXECUTION_FAILED: "execution failed",
    1405: "task failed",
    1406: "retries exhausted",
    INSUFFICIENT_CREDITS: "insufficient credits",
    5000: "internal error",
    5003: "service unavailable",
    5004: "timeout",
}
EARLY_CALLBACK_SECONDS = 1.0


class Lifecycle:
    """Use it from one event loop."""

    def __init__(self, world: World, studio: Studio, callbacks: Callbacks) -> None:
        self._world, self._studio, self._callbacks = world, studio, callbacks
        self._running: dict[str, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()

    def begin(self, task: Task) -> None:
        """Starts the task if its account has a place free; else it waits in line."""
        account = self._world.account_of(task)
        account.waiting.append(task)
        self._world.stats.waiting += 1
        self.fill_places(account)

    def fill_places(self, account: Account) -> None:
        """To be called when a place, or the number of places, has changed."""
        while account.waiting and account.in_flight < self._world.settings.limits().concurrent_tasks:
            task = account.waiting.popleft()
            self._world.stats.waiting -= 1
            self._take_place(task)
            run = asyncio.get_running_loop().create_task(self._run(task))
            self._running[task.id] = run

    async def finish_early(self, task: Task) -> None:
        """The whole life at once; waits a little for the callback, which may need more than one try."""
        self._take_place(task)
        await self._end(task)
        await asyncio.wait({self.spawn(self._callbacks.send(task))}, timeout=EARLY_CALLBACK_SECONDS)

    def delete(self, task: Task) -> None:
        """Stops a running task; refunds what had not started, and the set share of what had."""
        if task.ended.is_set():
            task.status, task.outputs = self._world.settings.deleted_status, []
            return
        account = self._world.account_of(task)
        started = task.id in self._running
        if not started:
            account.waiting.remove(task)
            self._world.stats.waiting -= 1
        share = self._world.settings.delete_refund_share if started else 1.0
        account.refund(task, share, self._world.stats)
        run = self._running.get(task.id)
        self._close(task, self._world.settings.deleted_status, had_place=started)
        if run:
            run.cancel()

    async def stop_all(self) -> None:
        """Cancels whatever runs or is being sent."""
        doomed = [*self._running.values(), *self._background]
        for running in doomed:
            running.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        self._running.clear()
        for task in self._world.tasks.values():
            task.ended.set()

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """In the background, until `stop_all`."""
        job = asyncio.get_running_loop().create_task(work)
        self._background.add(job)
        job.add_done_callback(self._background.discard)
        return job

    def _take_place(self, task: Task) -> None:
        self._world.account_of(task).in_flight += 1
        self._world.stats.task_started()
        task.started_at_ms = now_ms()
        odd = task.pinned.get("odd_status")
        task.status = odd["word"] if odd and odd["at"] == "running" else "processing"

    async def _run(self, task: Task) -> None:
        seconds = self._world.inference_seconds(task)
        self._studio.prepare(self._world.order(task, 1))
        await asyncio.sleep(seconds)
        if "never_finish" in task.pinned:
            await asyncio.Event().wait()
        await self._end(task)
        self.spawn(self._callbacks.send(task))

    async def _end(self, task: Task) -> None:
        fail, odd = task.pinned.get("fail"), task.pinned.get("odd_status")
        if fail:
            task.code = int(fail["error_code"])
            task.error = fail["message"] or MESSAGES.get(task.code, "task failed")
            self._world.account_of(task).refund(task, 1.0, self._world.stats)
            self._close(task, "failed")
        elif odd and odd["at"] == "end":
            self._close(task, odd["word"])
        else:
            task.outputs = await self._outputs(task)
            self._close(task, "completed")

    async def _outputs(self, task: Task) -> list[str]:
        count = int(task.pinned.get("many_outputs", {"outputs": 1})["outputs"])
        numbers = range(1, count + 1)
        if not task.submission.wants_base64:
            return [self._world.output_url(task, number) for number in numbers]
        pictures = [await self._studio.picture(self._world.order(task, number)) for number in numbers]
        return [base64.b64encode(picture).decode() for picture in pictures]

    def _close(self, task: Task, status: str, *, had_place: bool = True) -> None:
        self._running.pop(task.id, None)
        task.status, task.ended_at_ms = status, now_ms()
        if task.started_at_ms is not None:
            task.inference_ms = task.ended_at_ms - task.started_at_ms
        task.ended.set()
        bump(self._world.stats.ended_by_status, status)
        self._world.stats.completed_at_ms[task.id] = task.ended_at_ms
        account = self._world.account_of(task)
        if had_place:
            account.in_flight -= 1
            self._world.stats.in_flight -= 1
        self.fill_places(account)
