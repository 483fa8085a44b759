"""One run of everything that touches the line, in an order that a seed decides.

Messages come late, twice and in any order; the index is behind; dispatchers and workers are in the middle of
each other's steps, and some die there. Limits are held at each step.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from darkroom.jobs.account import Account
from darkroom.jobs.job import STACKS_ACCOUNT, Job
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.jobs.upstream import Created, NotCreated, Prediction
from darkroom.usecases.cancel import JobEndedError
from memory.backlog import LateBacklog
from memory.permits import MemoryPermits
from memory.queue import SentMessage
from memory.world import OUTPUT_URL, World, a_request
from unit.usecases.killing import EFFECTS, REDELIVERED_SECONDS, KilledError, run

TENANTS = ("acme", "globex", "initech")


class Interleaved:
    """`deadly`: the share of all effects before or after which a worker dies, and of the messages that are
    lost. `own_key`: all of it on the upstream account of one tenant's own key."""

    def __init__(
        self, seed: int, *, lag_seconds: float = 1.0, deadly: float = 0.0, own_key: bool = False
    ) -> None:
        self.random = Random(seed)
        self.limits = PermitLimits(self.random.randint(2, 30), self.random.randint(1, 8), 600)
        self.world = World(permits=MemoryPermits(self.limits), random=self.random)
        self.own_key = own_key
        self.account, self.permits, self.upstream = STACKS_ACCOUNT, self.world.permits, self.world.upstream
        if own_key:
            self.account = f"tenant/{TENANTS[0]}"
            self.upstream = self.world.upstreams.register(TENANTS[0])
            self.permits = MemoryPermits(self.limits, self.world.jobs)
            self.world.upstreams.accounts[self.account] = self.permits
        self.world.backlog = LateBacklog(
            self.world.jobs,
            self.world.upstreams.accounts,
            self.world.clock,
            lambda: self.random.random() ** 2 * lag_seconds,
        )
        self.deadly = deadly
        self.starts: list[float] = []
        self.created: Counter[str] = Counter()
        self.throttling = self.random.choice([0.0, 0.0, 0.1])
        self.depth = 0
        self.passed_by_seconds = self.overdue_seconds = 0.0
        """The longest that a job waited while there was room all the time, and behind its deadline."""
        self._passed_by: dict[str, float] = {}
        self._overdue: dict[str, float] = {}
        self._watch()

    def _watch(self) -> None:
        submit, waiting = self.upstream.submit, self.world.backlog.waiting

        def watched(model: str, inputs: Any, webhook_url: str | None) -> Any:
            if self.random.random() < self.throttling:
                self.upstream.script_submit(NotCreated("429", throttled=True))
            outcome = submit(model, inputs, webhook_url)
            if isinstance(outcome, Created):
                self._check_limits(inputs["prompt"])
            return outcome

        def interrupted(account: str, after: str, limit: int) -> Sequence[str]:
            self._meanwhile()
            return waiting(account, after, limit)

        self.upstream.submit = watched  # type: ignore[method-assign]
        self.world.backlog.waiting = interrupted  # type: ignore[method-assign]
        ports = {"upstream": self.upstream, "permits": self.permits}
        for port, names in EFFECTS.items():
            target = ports.get(port) or getattr(self.world, port)
            for name in names:
                setattr(target, name, self._deadly(getattr(target, name)))

    def _deadly(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def deadly(*arguments: Any, **named: Any) -> Any:
            before, after = (self.deadly and self.random.random() < self.deadly for _ in range(2))
            if before:
                raise KilledError
            answer = real(*arguments, **named)
            if after:
                raise KilledError
            return answer

        return deadly

    def _check_limits(self, prompt: str) -> None:
        now = self.world.clock()
        self.starts.append(now)
        self.created[prompt] += 1
        assert self.created[prompt] == 1
        assert sum(at > now - 60 for at in self.starts) <= self.limits.images_per_minute
        assert len(self._running()) <= self.limits.concurrent_tasks

    def _meanwhile(self) -> None:
        """Somebody else's step in the middle of this one."""
        if self.depth < 2 and self.random.random() < 0.3:
            self.depth += 1
            self._survived(self.random.choice([self.deliver, self.release, self.cancel]))
            self.depth -= 1

    def step(self) -> None:
        actions = [self.accept, self.deliver, self.deliver, self.deliver, self.finish, self.finish]
        self._survived(
            self.random.choice([*actions, self.release, self.cancel, self.wait, self.reconcile, self.lose])
        )

    def _survived(self, action: Callable[[], None]) -> None:
        with suppress(KilledError):
            action()

    def accept(self) -> None:
        self.world.clock.advance(0.01)
        tenant = self.random.choice(TENANTS[:1] if self.own_key else TENANTS[:1] * 3 + TENANTS)
        number = len(self.world.jobs.all())
        priority = self.random.choice(list(Priority))
        seconds = self.random.choice([100, 1_200, 86_400, 86_400])
        request = a_request(webhook_url=None, prompt=str(number), priority=priority, deadline_seconds=seconds)
        self.world.acceptor.accept(Account(tenant, own_upstream_key=self.own_key), request)

    def deliver(self) -> None:
        """Any message that is due; now and then it comes again, as it does where its worker has died."""
        queue = self.world.queue
        due = [sent for sent in queue.waiting if sent.deliver_at <= self.world.clock()]
        if not due:
            return
        sent = self.random.choice(due)
        if self.random.random() < 0.9:
            queue.waiting.remove(sent)
        try:
            self.world.advance(sent.message)
        except KilledError:
            queue.waiting.append(SentMessage(sent.message, REDELIVERED_SECONDS, self.world.clock()))
            raise

    def finish(self) -> None:
        running = self._running()
        if running:
            prediction = self.random.choice(running)
            self.upstream.finish(prediction.id, OUTPUT_URL)
            for job in self.world.jobs.all():
                if job.prediction_id == prediction.id:
                    self.world.callback(job, prediction.id)

    def _running(self) -> list[Prediction]:
        """A cancelled job's task is told to stop, and counts no longer."""
        return [
            prediction
            for prediction in self.upstream.predictions.values()
            if prediction.status_word == "processing" and prediction.id not in self.upstream.deleted
        ]

    def release(self) -> None:
        self.world.dispatcher.after_end(self.account)

    def cancel(self) -> None:
        jobs = self.world.jobs.all()
        if jobs and self.random.random() < 0.2:
            job = self.random.choice(jobs)
            with suppress(JobEndedError):
                self.world.canceller.cancel(job.tenant, job.id)

    def lose(self) -> None:
        queue = self.world.queue
        if queue.waiting and self.random.random() < 20 * self.deadly:
            queue.waiting.remove(self.random.choice(queue.waiting))

    def wait(self) -> None:
        self.world.clock.advance(self.random.choice([0.01, 0.3, 0.9, 1.5, 5.0, 30.0, 61.0]))

    def reconcile(self) -> None:
        self.world.reconciler.reconcile()

    def live(self, seconds: int) -> None:
        """Jobs come in clumps, tasks end, and each message is worked when it is due."""
        for _ in range(seconds):
            if self.random.random() < 0.08:
                for _ in range(self.random.randint(1, 2 * self.limits.concurrent_tasks)):
                    self._survived(self.accept)
            self._second()

    def heal(self) -> None:
        """Nobody dies any more, and no more jobs come."""
        self.throttling = self.deadly = 0.0
        for _ in range(4_500):
            if all(job.status.terminal for job in self.jobs()):
                break
            self._second()

    def _second(self) -> None:
        if self.random.random() < 0.4:
            self._survived(self.finish)
        run(self.world, 1.0)
        now = self.world.clock()
        room = self.permits.window.room(now, self.limits)
        waiting = [job for job in self.jobs() if job.waiting]
        self._passed_by = {job.id: self._passed_by.get(job.id, now) for job in waiting if room}
        self._overdue = {job.id: self._overdue.get(job.id, now) for job in waiting if now > job.deadline_at}
        for kept, since in (("passed_by_seconds", self._passed_by), ("overdue_seconds", self._overdue)):
            longest = max((now - at for at in since.values()), default=0.0)
            setattr(self, kept, max(getattr(self, kept), longest))

    def jobs(self) -> Sequence[Job]:
        return self.world.jobs.all()
