"""Wires the real use cases to the ports in memory, each behind its boundary."""

import base64
from collections.abc import Callable
from random import Random
from typing import Any

from darkroom.faces.wavespeed.webhook_body import prediction_body
from darkroom.jobs.job import Job
from darkroom.links import output_link
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.accept import Acceptor
from darkroom.usecases.adopt import Adopter
from darkroom.usecases.advance import work
from darkroom.usecases.cancel import Canceller
from darkroom.usecases.context import Policy, Poller
from darkroom.usecases.delete import Deleter
from darkroom.usecases.deliver import Deliverer
from darkroom.usecases.dispatch import Dispatcher
from darkroom.usecases.join import Joiner
from darkroom.usecases.look_times import LookTimes
from darkroom.usecases.reconcile import Reconciler
from darkroom.wavespeed import callback_token
from darkroom.webhooks.event import event_body
from darkroom.webhooks.formats import WebhookFormats
from memory.images_bucket import MemoryImagesBucket
from memory.inference_times import MemoryInferenceTimes
from memory.joins import MemoryJoins
from memory.prices import MemoryPrices
from memory.telemetry import MemoryTelemetry
from memory.webhook_secrets import MemoryWebhookSecrets
from simulation.accounts import Accounts
from simulation.boundary import Boundary, Effects
from simulation.callers import Handlers
from simulation.faults import Faults
from simulation.judge import Judge
from simulation.money import Budgets
from simulation.outside import Pictures, Receiver
from simulation.plan import PRICES, TENANTS, Plan
from simulation.queues import Queue, Timeouts
from simulation.scheduler import Invocation, Scheduler
from simulation.tables import Backlog, Indexes, JobsTable, Permits
from simulation.upstream import Upstream
from simulation.upstream_task import UpstreamTask

OVERDUE_SECONDS = 120
UPSTREAM_TIMEOUT_SECONDS = 600
SIGNING_KEY = b"k" * 32
JOBS = Timeouts(function_seconds=120, visibility_seconds=720)
WEBHOOKS = Timeouts(function_seconds=60, visibility_seconds=360)
_BASE_URL = "https://api.test/live"

CallBack = Callable[[str, UpstreamTask, float], None]


def _secret(tenant: str) -> str:
    return "whsec_" + base64.b64encode(f"no secret, for tests: {tenant}".encode()).decode()


class World:
    """`call_back` is asked to bring upstream's callbacks in."""

    def __init__(self, plan: Plan, faults: Faults, random: Random, call_back: CallBack) -> None:
        self.plan = plan
        self.faults = faults
        self.random = random
        self.scheduler = Scheduler(random)
        self.effects = Effects(self.scheduler, faults, random)
        self.bucket = MemoryImagesBucket()
        self.secrets = {tenant: _secret(tenant) for tenant in TENANTS}
        self.judge = Judge(self.scheduler, faults, self.secrets, plan.limits, self.bucket)
        self.telemetry = MemoryTelemetry()
        self.budgets = Budgets(self.judge)
        self.indexes = Indexes(self.effects)
        self.table = JobsTable(self.budgets, self.effects, self.indexes, self.judge)
        self.accounts = Accounts(
            self.effects,
            lambda account: Upstream(account, self.effects, self.judge, random, call_back),
            lambda account: Permits(account, plan.limits, self.table, self.indexes, self.effects, random),
        )
        self.jobs_queue = self._queue("poller", JOBS)
        self.webhook_queue = self._queue("webhook", WEBHOOKS)
        self._wire()

    def invocation(self, name: str, seconds: float) -> Invocation:
        skew = self.faults.most("clock skew")
        return Invocation(
            name, self.scheduler.now + seconds, self.random.uniform(-skew, skew) if skew else 0.0
        )

    def _queue(self, name: str, timeouts: Timeouts) -> Queue:
        return Queue(name, timeouts, self.effects, self.judge, self.invocation, self.random)

    def _port(self, name: str, real: object, service: str | None = None) -> Any:
        return Boundary(self.effects, name, real, service)

    def _wire(self) -> None:
        clock, random, telemetry = self.scheduler.clock, self.random, self.telemetry
        jobs = self._port("jobs", self.table, "dynamodb")
        jobs_queue = self._port("queue", self.jobs_queue, "sqs")
        webhook_queue = self._port("webhooks", self.webhook_queue, "sqs")
        joins = self._port("joins", MemoryJoins(), "dynamodb")
        prices = self._port("prices", MemoryPrices(dict(PRICES)), "dynamodb")
        dispatcher = Dispatcher(
            self.accounts.permits_of,
            self._port("backlog", Backlog(self.indexes), "dynamodb"),
            jobs_queue,
            telemetry,
            OVERDUE_SECONDS,
            clock,
            self.scheduler.pause,
        )
        deliverer = Deliverer(
            jobs=jobs,
            queue=webhook_queue,
            sender=self._port("receiver", Receiver(self.effects, self.judge, random)),
            secrets=self._port("secrets", self._secrets(), "ssm"),
            telemetry=telemetry,
            formats=self._formats(),
            overdue_seconds=OVERDUE_SECONDS,
            clock=clock,
            random=random,
        )
        poller = Poller(
            jobs=jobs,
            queue=jobs_queue,
            upstreams=self.accounts.keyed,
            pictures=self._port("pictures", Pictures(self.effects, random)),
            bucket=self._port("bucket", self.bucket, "s3"),
            deliverer=deliverer,
            dispatcher=dispatcher,
            look_times=self._look_times(),
            telemetry=telemetry,
            policy=Policy(self.plan.callbacks, UPSTREAM_TIMEOUT_SECONDS, OVERDUE_SECONDS),
            callback_url=self._callback_url,
            clock=clock,
            random=random,
            time_left=self.scheduler.time_left,
            beside=self.scheduler.beside,
        )
        canceller = Canceller(jobs, jobs_queue, telemetry, OVERDUE_SECONDS, clock)
        self.handlers = Handlers(
            acceptor=Acceptor(jobs, jobs_queue, telemetry, OVERDUE_SECONDS, clock, prices),
            joiner=Joiner(joins, clock, random.choice),
            canceller=canceller,
            deleter=Deleter(jobs, canceller),
            deliverer=deliverer,
            jobs=jobs,
        )
        self.adopter = Adopter(jobs, jobs_queue, telemetry, clock)
        self.reconciler = Reconciler(
            jobs,
            jobs_queue,
            webhook_queue,
            dispatcher,
            telemetry,
            OVERDUE_SECONDS,
            clock,
            self.scheduler.time_left,
        )

        def advance(message: JobMessage | Tick) -> None:
            work(poller, message)

        self.jobs_queue.work = advance
        self.webhook_queue.work = deliverer.deliver

    def _look_times(self) -> LookTimes:
        table = self._port("inference_times", MemoryInferenceTimes(), "dynamodb")
        monotonic = self.scheduler.clock
        return LookTimes(table, self.telemetry, self.random, monotonic, callbacks=self.plan.callbacks)

    def _secrets(self) -> MemoryWebhookSecrets:
        return MemoryWebhookSecrets({tenant: [secret] for tenant, secret in self.secrets.items()})

    def _callback_url(self, job: Job) -> str | None:
        self.judge.about_to_post(job)
        if not self.plan.callbacks or job.attempt is None:
            return None
        target = callback_token.CallbackTarget(job.tenant, job.id, job.attempt.id, job.attempt.key_version)
        return callback_token.callback_url(_BASE_URL, SIGNING_KEY, target)

    def _formats(self) -> WebhookFormats:
        def link(key: str, expires_at: int) -> str:
            return output_link(_BASE_URL, SIGNING_KEY, key, expires_at)

        return WebhookFormats(
            lambda job: event_body(job, base_url=_BASE_URL, link=link, uri=self.bucket.uri),
            lambda job: prediction_body(job, base_url=_BASE_URL, link=link),
        )
