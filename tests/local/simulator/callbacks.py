"""Sends a task's signed callback, and sends it again until it is taken or the tries are used up."""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field

import aiohttp

from local.simulator.forgery import Forgery, forged
from local.simulator.signing import signed_headers
from local.simulator.stats import bump, now_ms
from local.simulator.task import Task
from local.simulator.world import World

CALLED_BACK = ("completed", "failed")
"""The only documented status words of a callback; other ends are not called back."""
USER_AGENT = "wavespeed-simulator"
AT_ONCE = 16
"""A sender has its limits too; on the local stack each callback at once is a Lambda process of its own."""


@dataclass(frozen=True)
class Message:
    """One event: its id stays the same however often it is sent."""

    url: str
    body: bytes
    secret: str
    id: str = field(default_factory=lambda: "msg_" + secrets.token_hex(12))

    def signed(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        """Headers with a fresh timestamp; given ones win."""
        fixed = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        return {
            **fixed,
            **signed_headers(self.secret, self.id, int(time.time()), self.body),
            **(headers or {}),
        }


class Callbacks:
    """Call `close` at the end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(AT_ONCE)

    async def send(self, task: Task) -> None:
        """As the settings and the task's faults will have it."""
        if (
            task.status not in CALLED_BACK
            or not self._world.settings.callbacks
            or "lost_callback" in task.pinned
        ):
            return
        message = self.message(task)
        if message is None:
            return
        if late := task.pinned.get("late_callback"):
            await asyncio.sleep(late["seconds"])
        if forgery := task.pinned.get("forged_callback"):
            await self.post(task, *self.forgery(message, forgery["variant"]))
            if forgery["instead"]:
                return
        copies = int(task.pinned.get("duplicate_callback", {"copies": 1})["copies"])
        await asyncio.gather(*(self._deliver(task, message) for _ in range(copies)))

    def message(self, task: Task) -> Message | None:
        """The task's event as it stands now; None without a webhook URL."""
        if task.submission.webhook_url is None:
            return None
        body = json.dumps(task.callback_body(), ensure_ascii=False).encode()
        return Message(task.submission.webhook_url, body, self._world.account_of(task).webhook_secret)

    def forgery(self, message: Message, variant: str) -> Forgery:
        """Raises ValueError for an unknown variant."""
        return forged(variant, message.url, message.body, message.signed(), message.secret)

    async def _deliver(self, task: Task, message: Message) -> None:
        for delay_seconds in (0.0, *self._world.settings.callback_retry_delays_seconds):
            await asyncio.sleep(delay_seconds)
            status = await self.post(task, message.url, message.body, message.signed())
            if status is not None and 200 <= status < 300:
                return

    async def post(self, task: Task | None, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """One attempt; its status, or None if there was no answer. Redirects are not followed."""
        stats = self._world.stats
        stats.callbacks_attempted += 1
        attempt: dict[str, object] = {
            "at_ms": now_ms(),
            "webhook_id": headers.get("webhook-id"),
            "status": None,
        }
        if task:
            bump(stats.callbacks_by_task, task.id)
            task.callback_attempts.append(attempt)
        timeout = aiohttp.ClientTimeout(total=self._world.settings.callback_timeout_seconds)
        try:
            async with (
                self._free,
                self._opened().post(
                    url, data=body, headers=headers, timeout=timeout, allow_redirects=False
                ) as answer,
            ):
                attempt["status"] = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            attempt["error"] = type(error).__name__
            return None
        stats.callbacks_delivered += 200 <= answer.status < 300
        return answer.status

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=AT_ONCE)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        return self._session

    async def close(self) -> None:
        if self._session:
            await self._session.close()
