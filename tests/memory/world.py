"""The whole system on ports in memory: jobs go in, messages are worked when due, time is a number."""

from dataclasses import dataclass, field, replace
from random import Random

from darkroom.faces.wavespeed.webhook_body import prediction_body
from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from darkroom.jobs.request import ImageRequest
from darkroom.links import output_link
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.accept import Acceptor
from darkroom.usecases.adopt import Adopter
from darkroom.usecases.advance import work
from darkroom.usecases.cancel import Canceller
from darkroom.usecases.context import Policy, Poller
from darkroom.usecases.deliver import Deliverer
from darkroom.usecases.dispatch import Dispatcher
from darkroom.usecases.look_times import LookTimes
from darkroom.usecases.reconcile import Reconciler
from darkroom.usecases.slow_lane import SlowLane
from darkroom.webhooks.event import event_body
from darkroom.webhooks.formats import WebhookFormats
from memory.backlog import MemoryBacklog
from memory.beside import first
from memory.clock import FakeClock
from memory.images_bucket import MemoryImagesBucket
from memory.inference_times import MemoryInferenceTimes
from memory.jobs_table import MemoryJobsTable
from memory.permits import MemoryPermits
from memory.pictures import FakePictureSource
from memory.prices import MemoryPrices
from memory.queue import MemoryQueue
from memory.sender import FakeSender
from memory.telemetry import MemoryTelemetry
from memory.upstream import FakeUpstream
from memory.upstreams import MemoryUpstreams
from memory.webhook_secrets import MemoryWebhookSecrets

TENANT = "acme"
WEBHOOK_URL = "https://hooks.example.com/darkroom"
OUTPUT_URL = "https://output.wavespeed.ai/0.png"
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="
OVERDUE_SECONDS = 120


def a_request(**changes: object) -> ImageRequest:
    request = ImageRequest(
        model="bytedance/dreamina-v3.1/text-to-image",
        prompt="a lighthouse at dusk",
        width=1328,
        height=1328,
        webhook_url=WEBHOOK_URL,
    )
    return replace(request, **changes)  # type: ignore[arg-type]  # a test names real fields


@dataclass
class World:
    """Every port is at hand for a test to script or to look into."""

    callbacks: bool = True
    clock: FakeClock = field(default_factory=FakeClock)
    jobs: MemoryJobsTable = field(default_factory=MemoryJobsTable)
    prices: MemoryPrices = field(default_factory=MemoryPrices)
    permits: MemoryPermits = field(default_factory=MemoryPermits)
    inference_times: MemoryInferenceTimes = field(default_factory=MemoryInferenceTimes)
    bucket: MemoryImagesBucket = field(default_factory=MemoryImagesBucket)
    pictures: FakePictureSource = field(default_factory=lambda: FakePictureSource({OUTPUT_URL: b"a picture"}))
    sender: FakeSender = field(default_factory=FakeSender)
    secrets: MemoryWebhookSecrets = field(default_factory=lambda: MemoryWebhookSecrets({TENANT: [SECRET]}))
    telemetry: MemoryTelemetry = field(default_factory=MemoryTelemetry)
    random: Random = field(default_factory=lambda: Random(7))
    seconds_left: float = 100.0
    upstream_timeout_seconds: float = 600.0

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.clock)
        self.webhook_queue = MemoryQueue(self.clock)
        self.slow_webhook_queue = MemoryQueue(self.clock)
        self.slow_lane = SlowLane(self.slow_webhook_queue)
        self.upstream = FakeUpstream(self.clock)
        self.permits.jobs = self.jobs
        self.upstreams = MemoryUpstreams(self.upstream, self.permits, self.clock)
        self.backlog = MemoryBacklog(self.jobs, self.upstreams.accounts)
        self.look_times = LookTimes(
            self.inference_times, self.telemetry, self.random, self.clock, callbacks=self.callbacks
        )
        self.sleep = self.clock.sleep
        self.callback_url = self._callback_url

    @property
    def acceptor(self) -> Acceptor:
        return Acceptor(self.jobs, self.queue, self.telemetry, OVERDUE_SECONDS, self.clock, self.prices)

    @property
    def canceller(self) -> Canceller:
        return Canceller(self.jobs, self.queue, self.telemetry, OVERDUE_SECONDS, self.clock)

    @property
    def adopter(self) -> Adopter:
        return Adopter(self.jobs, self.queue, self.telemetry, self.clock)

    @property
    def deliverer(self) -> Deliverer:
        return Deliverer(
            jobs=self.jobs,
            queue=self.webhook_queue,
            sender=self.sender,
            secrets=self.secrets,
            telemetry=self.telemetry,
            formats=self._formats,
            overdue_seconds=OVERDUE_SECONDS,
            clock=self.clock,
            random=self.random,
            slow_lane=self.slow_lane,
        )

    @property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.upstreams.permits,
            self.backlog,
            self.queue,
            self.telemetry,
            OVERDUE_SECONDS,
            self.clock,
            self.sleep,
        )

    @property
    def reconciler(self) -> Reconciler:
        return Reconciler(
            self.jobs,
            self.queue,
            self.webhook_queue,
            self.dispatcher,
            self.telemetry,
            OVERDUE_SECONDS,
            self.clock,
            lambda: self.seconds_left,
        )

    @property
    def poller(self) -> Poller:
        return Poller(
            jobs=self.jobs,
            queue=self.queue,
            upstreams=self.upstreams,
            pictures=self.pictures,
            bucket=self.bucket,
            deliverer=self.deliverer,
            dispatcher=self.dispatcher,
            look_times=self.look_times,
            telemetry=self.telemetry,
            policy=Policy(self.callbacks, self.upstream_timeout_seconds, OVERDUE_SECONDS),
            callback_url=self.callback_url,
            clock=self.clock,
            sleep=self.sleep,
            random=self.random,
            time_left=lambda: self.seconds_left,
            beside=first,
        )

    def accept(self, idempotency_key: str | None = None, **changes: object) -> Job:
        return self.acceptor.accept(Account(TENANT), a_request(**changes), idempotency_key).job

    def job(self, job: Job) -> Job:
        """As it stands now."""
        current = self.jobs.get(job.tenant, job.id)
        assert current is not None
        return current

    def advance(self, message: JobMessage | Tick) -> None:
        work(self.poller, message)

    def work(self) -> None:
        """Everything that is due by now, on all queues."""
        for message in self.queue.receive():
            self.advance(message)
        for message in self.webhook_queue.receive():
            self.deliverer.deliver(message)
        for message in self.slow_webhook_queue.receive():
            self.deliverer.deliver(message, in_slow_lane=True)

    def run(self, seconds: float, *, reconcile: bool = False) -> None:
        """Let time pass, and work each message when it is due."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            queues = (self.queue, self.webhook_queue, self.slow_webhook_queue)
            due = [at for queue in queues if (at := queue.next_at()) is not None]
            next_minute = (self.clock.now // 60 + 1) * 60
            self.clock.now = max(self.clock.now, min([end, next_minute, *due]))
            if reconcile and self.clock.now == next_minute:
                self.reconciler.reconcile()
            self.work()

    def callback(self, job: Job, prediction_id: str = "pred-1", attempt_id: str | None = None) -> None:
        """Upstream calls back for the job's attempt."""
        current = self.job(job)
        own = current.attempt.id if current.attempt else "att_none"
        self.adopter.adopt(job.tenant, job.id, attempt_id or own, prediction_id)

    def _callback_url(self, job: Job) -> str | None:
        return f"https://api.test/callbacks/wavespeed?job={job.id}" if self.callbacks else None

    @property
    def _formats(self) -> WebhookFormats:
        base_url = "https://api.test/live"

        def link(key: str, expires_at: int) -> str:
            return output_link(base_url, b"k" * 32, key, expires_at)

        return WebhookFormats(
            lambda job: event_body(job, base_url=base_url, link=link, uri=self.bucket.uri),
            lambda job: prediction_body(job, base_url=base_url, link=link),
        )
