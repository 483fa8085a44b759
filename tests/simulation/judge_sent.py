"""Watches what is sent: messages, and webhooks as their receivers see them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from darkroom.jobs.ids import event_id
from darkroom.jobs.request import WebhookFormat
from darkroom.ports import JobKey, JobMessage, Tick
from darkroom.webhooks.standard_webhooks import sign
from simulation.judge import Judge
from simulation.scheduler import START

_MESSAGES = 150
_MESSAGES_A_SECOND = 1.0
"""For one job. While upstream is out of reach it is tried again at the rate of the limits."""
_TICKS_A_SECOND = 3
_TICKS = 100


@dataclass
class SentJudge:
    """`taken`: events that a receiver has answered with a 2xx, by the job's id."""

    judge: Judge
    secrets: Mapping[str, str]
    messages: Counter[str] = field(default_factory=Counter)
    ticks: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    _bodies: dict[str, bytes] = field(default_factory=dict)

    def message_sent(self, message: JobMessage | Tick) -> None:
        if isinstance(message, Tick):
            self.ticks += 1
            most = _TICKS + _TICKS_A_SECOND * (self.judge.scheduler.now - START)
            self.judge.require(self.ticks <= most, "ticks are few", self.ticks)
            return
        self.messages[message.job_id] += 1
        job = self.judge.jobs[JobKey(message.tenant, message.job_id)]
        most = _MESSAGES + _MESSAGES_A_SECOND * (self.judge.scheduler.now - job.created_at)
        few = self.messages[message.job_id] <= most
        self.judge.require(few, "messages are few", message.job_id)

    def dead_letter(self, body: object, *, healthy: bool) -> None:
        self.judge.scheduler.note("dead letter", body)
        self.judge.require(not healthy, "no healthy message ends in the dead-letter queue", body)

    def webhook_received(self, url: str, headers: Mapping[str, str], body: bytes, status: int) -> None:
        require, tenant, name = self.judge.require, url.rpartition("/")[2], headers["webhook-id"]
        job = self.judge.jobs.get(JobKey(tenant, "job_" + name.removeprefix("evt_")))
        if job is None:
            self.judge.fail("a webhook tells its own tenant of its own job, under one id", url, name)
            return
        require(job.status.terminal and event_id(job.id) == name, "a webhook tells of an end", name)
        require(self._bodies.setdefault(f"{tenant} {name}", body) == body, "an event has one body", name)
        if job.request.webhook_format is WebhookFormat.EVENT:
            expected = sign([self.secrets[tenant]], name, int(headers["webhook-timestamp"]), body)
            signed = headers["webhook-signature"] == expected
            require(signed, "a webhook is signed for its tenant", name)
        self.taken[job.id] += status == 200
