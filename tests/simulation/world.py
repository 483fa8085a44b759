"""Wires the real use cases to the ports in memory, each behind its boundary."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from darkroom.jobs.gate import Line
from darkroom.jobs.job import Job
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
from darkroom.usecases.slow_lane import SlowLane
from memory.images_bucket import MemoryImagesBucket
from memory.inference_times import MemoryInferenceTimes
from memory.joins import MemoryJoins
from memory.prices import MemoryPrices
from memory.telemetry import MemoryTelemetry
from memory.webhook_secrets import MemoryWebhookSecrets
from simulation.accounts import Accounts
from simulation.boundary import Boundary, Effects
from simulation.faults import Faults
from simulation.handlers import Handlers
from simulation.judge import Judge
from simulation.judge_posts import PostsJudge
from simulation.judge_sent import SentJudge
from simulation.money import Budgets
from simulation.outside import Pictures, Receiver
from simulation.permits import Permits
from simulation.plan import PRICES, TENANTS, Plan
from simulation.queues import Queue, Timeouts
from simulation.scheduler import Invocation, Scheduler
from simulation.signed import callback_address, secret_of, webhook_formats
from simulation.tables import Backlog, Indexes, JobsTable
from simulation.upstream import Upstream
from simulation.upstream_tasks import UpstreamTask

OVERDUE_SECONDS = 120
UPSTREAM_TIMEOUT_SECONDS = 600
JOBS = Timeouts(function_seconds=120, visibility_seconds=720)
WEBHOOKS = Timeouts(function_seconds=60, visibility_seconds=360)

CallBack = Callable[[str, UpstreamTask, float], None]


class World:
    """`call_back` is asked to bring upstream's callbacks in."""

    def __init__(self, plan: Plan, faults: Faults, random: Random, call_back: CallBack) -> None:
        self.plan = plan
        self.faults = faults
        self.random = random
        self.scheduler = Scheduler(random)
        self.effects = Effects(self.scheduler, faults, random)
        self.bucket = MemoryImagesBucket()
        self.secrets = {tenant: secret_of(tenant) for tenant in TENANTS}
        self.judge = Judge(self.scheduler, faults, self.bucket)
        self.posts = PostsJudge(self.judge, plan.limits)
        self.sent = SentJudge(self.judge, self.secrets)
        self.telemetry = MemoryTelemetry()
        self.budgets = Budgets(self.judge)
        self.prices = MemoryPrices(dict(PRICES))
        self.indexes = Indexes(self.effects)
        self.table = JobsTable(self.budgets, self.effects, self.indexes, self.judge)
        self.accounts = Accounts(
            self.effects,
            lambda account: Upstream(account, self.effects, self.posts, random, call_back),
            self._permits,
        )
        self.judge.line_of = self._line
        self.jobs_queue = self._queue("poller", JOBS)
        self.webhook_queue = self._queue("webhook", WEBHOOKS)
        self.slow_queue = self._queue("slow webhook", WEBHOOKS)
        self._jobs = self._port("jobs", self.table, "dynamodb")
        self._jobs_queue = self._port("queue", self.jobs_queue, "sqs")
        self._webhook_queue = self._port("webhooks", self.webhook_queue, "sqs")
        self._wire()

    def invocation(self, name: str, seconds: float) -> Invocation:
        if self.faults.happens("little time"):  # it was frozen for as long as it has less
            seconds = self.random.uniform(2.0, seconds)
        skew = self.faults.most("clock skew")
        skew_seconds = self.random.uniform(-skew, skew) if skew else 0.0
        return Invocation(name, self.scheduler.now + seconds, skew_seconds)

    def _queue(self, name: str, timeouts: Timeouts) -> Queue:
        return Queue(name, timeouts, self.effects, self.sent, self.invocation, self.random)

    def _permits(self, account: str) -> Permits:
        limits, effects = self.plan.limits, self.effects
        return Permits(account, limits, self.table, self.indexes, effects, self.posts, self.random)

    def _line(self, account: str) -> Line:
        permits = self.accounts.permits[account]
        assert isinstance(permits, Permits)
        return permits.standing.line

    def _port(self, name: str, real: object, service: str | None = None) -> Any:
        return Boundary(self.effects, name, real, service)

    def _wire(self) -> None:
        clock, telemetry = self.scheduler.clock, self.telemetry
        jobs, jobs_queue = self._jobs, self._jobs_queue
        dispatcher, deliverer = self._dispatcher(), self._deliverer()
        poller = self._poller(dispatcher, deliverer)
        self.handlers = self._handlers(deliverer)
        self.adopter = Adopter(jobs, jobs_queue, telemetry, clock)
        self.reconciler = Reconciler(
            jobs,
            jobs_queue,
            self._webhook_queue,
            dispatcher,
            telemetry,
            OVERDUE_SECONDS,
            clock,
            self.scheduler.time_left,
        )
        self.jobs_queue.work = partial(work, poller)
        self.webhook_queue.work = deliverer.deliver
        self.slow_queue.work = partial(deliverer.deliver, in_slow_lane=True)

    def _handlers(self, deliverer: Deliverer) -> Handlers:
        clock, jobs = self.scheduler.clock, self._jobs
        prices = self._port("prices", self.prices, "dynamodb")
        joins = self._port("joins", MemoryJoins(), "dynamodb")
        canceller = Canceller(jobs, self._jobs_queue, self.telemetry, OVERDUE_SECONDS, clock)
        return Handlers(
            acceptor=Acceptor(jobs, self._jobs_queue, self.telemetry, OVERDUE_SECONDS, clock, prices),
            joiner=Joiner(joins, clock, self.random.choice),
            canceller=canceller,
            deleter=Deleter(jobs, canceller),
            deliverer=deliverer,
            jobs=jobs,
        )

    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.accounts.permits_of,
            self._port("backlog", Backlog(self.indexes), "dynamodb"),
            self._jobs_queue,
            self.telemetry,
            OVERDUE_SECONDS,
            self.scheduler.clock,
            self.scheduler.pause,
        )

    def _deliverer(self) -> Deliverer:
        secrets = MemoryWebhookSecrets({tenant: [secret] for tenant, secret in self.secrets.items()})
        return Deliverer(
            jobs=self._jobs,
            queue=self._webhook_queue,
            sender=self._port("receiver", Receiver(self.effects, self.sent, self.random)),
            secrets=self._port("secrets", secrets, "ssm"),
            telemetry=self.telemetry,
            formats=webhook_formats(self.bucket.uri),
            overdue_seconds=OVERDUE_SECONDS,
            clock=self.scheduler.clock,
            random=self.random,
            slow_lane=SlowLane(self._port("slow webhooks", self.slow_queue, "sqs")),
        )

    def _poller(self, dispatcher: Dispatcher, deliverer: Deliverer) -> Poller:
        return Poller(
            jobs=self._jobs,
            queue=self._jobs_queue,
            upstreams=self.accounts.keyed,
            pictures=self._port("pictures", Pictures(self.effects, self.random)),
            bucket=self._port("bucket", self.bucket, "s3"),
            deliverer=deliverer,
            dispatcher=dispatcher,
            look_times=self._look_times(),
            telemetry=self.telemetry,
            policy=Policy(self.plan.callbacks, UPSTREAM_TIMEOUT_SECONDS, OVERDUE_SECONDS),
            callback_url=self._callback_url,
            clock=self.scheduler.clock,
            sleep=self.scheduler.pause,
            random=self.random,
            time_left=self.scheduler.time_left,
            beside=self.scheduler.beside,
        )

    def _look_times(self) -> LookTimes:
        table = self._port("inference_times", MemoryInferenceTimes(), "dynamodb")
        monotonic = self.scheduler.clock
        return LookTimes(table, self.telemetry, self.random, monotonic, callbacks=self.plan.callbacks)

    def _callback_url(self, job: Job) -> str | None:
        self.posts.about_to_post(job)
        return callback_address(job) if self.plan.callbacks else None
