"""Random interleavings of everything that touches the line: limits hold at each step, each job starts once,
none is left behind."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.jobs.upstream import Created, NotCreated, Prediction
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.cancel import JobEndedError
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, World, a_request

TENANTS = ("acme", "globex", "initech")
STEPS = 250
INDEX_LAG_SECONDS = 1.0


class Interleaved:
    """One seed, one run. Messages come late, twice and in any order; the index is behind; two dispatchers and
    a worker are in the middle of each other's steps."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.limits = PermitLimits(self.random.randint(2, 30), self.random.randint(1, 8), 600)
        self.world = World(permits=MemoryPermits(self.limits), random=self.random)
        self.starts: list[float] = []
        self.posts: Counter[str] = Counter()
        self.created: Counter[str] = Counter()
        self.throttling = self.random.choice([0.0, 0.0, 0.1])
        self.depth = 0
        self._watch()

    def _watch(self) -> None:
        submit, waiting = self.world.upstream.submit, self.world.backlog.waiting
        shown: dict[str, tuple[float, Sequence[str]]] = {}

        def watched(model: str, inputs: Any, webhook_url: str | None) -> Any:
            if self.random.random() < self.throttling:
                self.world.upstream.script_submit(NotCreated("429", throttled=True))
            outcome = submit(model, inputs, webhook_url)
            if isinstance(outcome, Created):
                self._check_limits(inputs["prompt"])
            return outcome

        def behind(account: str, after: str, limit: int) -> Sequence[str]:
            self._meanwhile()
            now = waiting(account, "", 10_000)
            at, before = shown.get(account, (0.0, now))
            late = self.world.clock() - at <= INDEX_LAG_SECONDS and self.random.random() < 0.5
            seen = before if late else now
            shown[account] = (self.world.clock(), now)
            return [place for place in seen if place > after][:limit]

        self.world.upstream.submit = watched  # type: ignore[method-assign]
        self.world.backlog.waiting = behind  # type: ignore[method-assign]

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
            self.random.choice([self.deliver, self.release, self.cancel])()
            self.depth -= 1

    def step(self) -> None:
        actions = [self.accept, self.deliver, self.deliver, self.deliver, self.finish, self.finish]
        self.random.choice([*actions, self.release, self.cancel, self.wait, self.reconcile])()

    def accept(self) -> None:
        self.world.clock.advance(0.01)
        tenant = self.random.choice(TENANTS[:1] * 3 + TENANTS)
        number = len(self.world.jobs.all())
        priority = self.random.choice(list(Priority))
        request = a_request(webhook_url=None, prompt=str(number), priority=priority, deadline_seconds=86_400)
        self.world.acceptor.accept(Account(tenant), request)

    def deliver(self) -> None:
        """Any message that is due; now and then it comes again."""
        queue = self.world.queue
        due = [sent for sent in queue.waiting if sent.deliver_at <= self.world.clock()]
        if due:
            sent = self.random.choice(due)
            if self.random.random() < 0.9:
                queue.waiting.remove(sent)
            self.world.advance(sent.message)

    def finish(self) -> None:
        running = self._running()
        if running:
            prediction = self.random.choice(running)
            self.world.upstream.finish(prediction.id, OUTPUT_URL)
            for job in self.world.jobs.all():
                if job.prediction_id == prediction.id:
                    self.world.callback(job, prediction.id)

    def _running(self) -> list[Prediction]:
        """A cancelled job's task is told to stop, and counts no longer."""
        upstream = self.world.upstream
        return [
            prediction
            for prediction in upstream.predictions.values()
            if prediction.status_word == "processing" and prediction.id not in upstream.deleted
        ]

    def release(self) -> None:
        self.world.dispatcher.after_end("default")

    def cancel(self) -> None:
        jobs = self.world.jobs.all()
        if jobs and self.random.random() < 0.2:
            job = self.random.choice(jobs)
            with suppress(JobEndedError):
                self.world.canceller.cancel(job.tenant, job.id)

    def wait(self) -> None:
        self.world.clock.advance(self.random.choice([0.01, 0.3, 0.9, 1.5, 5.0, 30.0, 61.0]))

    def reconcile(self) -> None:
        self.world.reconciler.reconcile()

    def heal(self) -> list[Job]:
        """Everything goes its usual way, for long enough."""
        self.throttling = 0.0
        for _ in range(1_500):
            self.finish()
            self.world.run(3.0, reconcile=True)
            if all(job.status.terminal for job in self.world.jobs.all()):
                break
        return list(self.world.jobs.all())


@pytest.mark.parametrize("block", range(6))
def test_in_any_order_limits_hold_and_each_job_starts_once_and_ends(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        run = Interleaved(seed)
        try:
            for _ in range(STEPS):
                run.step()
            jobs = run.heal()
            assert {job.status for job in jobs} <= {JobStatus.COMPLETED, JobStatus.CANCELLED}
            for job in jobs:
                assert run.created[job.request.prompt] == 1 or job.status is JobStatus.CANCELLED
            assert not any(isinstance(sent.message, Tick) for sent in run.world.queue.waiting[100:])
            run.world.run(60)
            assert run.world.permits.running == 0
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


def test_nobody_starves_behind_a_tenant_that_never_stops() -> None:
    """One tenant sends more than there is room for all the time; another's jobs start all the same."""
    limits = PermitLimits(30, 100, 600)
    world = World(permits=MemoryPermits(limits))
    for number in range(200):
        _accept(world, "acme", f"first {number}")
    world.run(1)
    asked_at = world.clock()
    for number in range(10):
        _accept(world, "globex", f"other {number}", priority=Priority.LOW)
    for _ in range(70):
        world.run(1)
        for _ in range(2):
            _accept(world, "acme", "more", priority=Priority.HIGH)
    others = [job for job in world.jobs.all() if job.tenant == "globex"]
    assert all(job.submitted_at is not None for job in others)
    # 10 of the 20 next starts: within the next minute's window
    assert max(job.submitted_at or 0.0 for job in others) - asked_at < 65


def _accept(world: World, tenant: str, prompt: str, priority: Priority = Priority.NORMAL) -> None:
    world.clock.advance(0.01)
    request = a_request(webhook_url=None, prompt=prompt, deadline_seconds=86_400, priority=priority)
    world.acceptor.accept(Account(tenant), request)


def test_a_message_for_a_job_that_waits_only_keeps_the_ticks_going() -> None:
    world = World(permits=MemoryPermits(PermitLimits(1, 1, 600)))
    for number in range(2):
        _accept(world, "acme", str(number))
    world.work()
    [waiting] = [job for job in world.jobs.all() if job.waiting]
    world.queue.waiting.clear()
    world.clock.advance(20)
    world.advance(JobMessage("acme", waiting.id))
    assert len(world.upstream.submits) == 1
    assert [type(sent.message) for sent in world.queue.waiting] == [Tick]
