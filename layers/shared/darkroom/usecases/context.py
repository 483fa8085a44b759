"""What the poller's use cases share: its ports, its clock and the stack's policy. Wired once a process."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from darkroom.beside import Beside
from darkroom.jobs.job import Job
from darkroom.ports import (
    ImagesBucket,
    JobMessage,
    JobsTable,
    PictureSource,
    Queue,
    Telemetry,
    ThrottledError,
    Upstreams,
)
from darkroom.usecases.deliver import Deliverer
from darkroom.usecases.dispatch import Dispatcher
from darkroom.usecases.look_times import LookTimes

SUBMIT_SECONDS = 30.0
"""How long the paid POST may take in all."""
SUBMIT_MARGIN_SECONDS = 10.0
"""What a worker needs around the POST; within both together an attempt is not yet in doubt."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The stack's settings as far as the job's life depends on them."""

    callbacks: bool
    upstream_timeout_seconds: float
    overdue_seconds: float


@dataclass(frozen=True, slots=True)
class Poller:
    jobs: JobsTable
    queue: Queue
    upstreams: Upstreams
    pictures: PictureSource
    bucket: ImagesBucket
    deliverer: Deliverer
    dispatcher: Dispatcher
    look_times: LookTimes
    telemetry: Telemetry
    policy: Policy
    callback_url: Callable[[Job], str | None]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    random: random.Random
    time_left: Callable[[], float]
    """Seconds until the worker is stopped from outside."""
    beside: Beside
    """Does something while its worker waits for somebody else."""

    def again(self, message: JobMessage, delay_seconds: float, *, moved: bool = False) -> None:
        """Send the message on. `moved`: the job has changed its state, so the tries count from zero."""
        self.queue.send(replace(message, tries=0 if moved else message.tries + 1), delay_seconds)

    def give_back(self, job: Job, taken_at: float | None, *, unused: bool = False) -> None:
        """A permit's slot, if there is one, and let in who waits for it. One that can't be given back now
        frees itself. `unused`: with the start that nobody will make."""
        if taken_at is None:
            return
        account = job.upstream_account
        try:
            permits = self.upstreams.permits(account)
            others_may_start = permits.give_back(taken_at, self.clock(), unused=unused)
        except ThrottledError:
            self.telemetry.count("SlotLost")
            return
        if others_may_start:
            self.dispatcher.after_end(account, self.time_left)

    def hold(self, job: Job, seconds: float) -> None:
        """Nobody submits with the job's key for so long.

        Where that can't be written, each one learns it from upstream.
        """
        now = self.clock()
        try:
            self.upstreams.permits(job.upstream_account).hold(now + seconds, now)
        except ThrottledError:
            self.telemetry.count("HoldLost")

    def narrow(self, job: Job, taken_at: float, seconds: float) -> None:
        """Upstream throttles the start of `taken_at`: as `hold`, and fewer jobs than before after that."""
        now = self.clock()
        try:
            self.upstreams.permits(job.upstream_account).narrow(taken_at, now + seconds, now)
        except ThrottledError:
            self.telemetry.count("HoldLost")

    def ends_at(self, job: Job) -> float:
        """When the job fails at the latest: its own deadline, or upstream's time for a task."""
        if job.attempt is None:
            return job.deadline_at
        return min(job.deadline_at, job.attempt.started_at + self.policy.upstream_timeout_seconds)
