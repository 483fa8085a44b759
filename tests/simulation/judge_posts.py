"""Watches what upstream is asked for: the charges, the rate, and the tasks at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from darkroom.jobs.job import Job
from darkroom.jobs.permits import PermitLimits
from simulation.judge import Judge
from simulation.upstream_tasks import UpstreamTask

LATE_SECONDS = 1.2
"""So much later than its permit a POST may come: the window is 61.2 s long for it."""
_OBEY_SECONDS = 1.5


@dataclass
class PostsJudge:
    judge: Judge
    limits: PermitLimits
    posts: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    """Attempts whose request upstream has refused."""
    _starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _quiet: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """By account: from when until when upstream wants no submit."""
    _released: dict[str, float] = field(default_factory=dict)

    def about_to_post(self, job: Job) -> None:
        """The current task's next POST is for this attempt."""
        assert self.judge.scheduler.current is not None
        self.judge.scheduler.current.memory["attempt"] = job.attempt

    def granted(self, now: float) -> None:
        """A permit of that time, to the current task; `now` is as its process has it."""
        assert self.judge.scheduler.current is not None
        task = self.judge.scheduler.current
        task.memory["permit"] = now - task.invocation.skew_seconds

    def released(self, job_ids: Iterable[str], now: float) -> None:
        """As `granted`, to the jobs that waited."""
        assert self.judge.scheduler.current is not None
        at = now - self.judge.scheduler.current.invocation.skew_seconds
        self._released.update(dict.fromkeys(job_ids, at))

    def attempt_id(self) -> str:
        assert self.judge.scheduler.current is not None
        return str(self.judge.scheduler.current.memory["attempt"].id)

    def posted(self, account: str) -> None:
        require, attempt_id, now = self.judge.require, self.attempt_id(), self.judge.scheduler.now
        self.posts[attempt_id] += 1
        require(self.posts[attempt_id] == 1, "at most one POST for an attempt", attempt_id)
        require(attempt_id in self.judge.intents, "the intent is stored before the POST", attempt_id)
        key, attempt = self.judge.intents[attempt_id]
        require(attempt.permit_at is not None, "no POST without a permit", attempt_id)
        job = self.judge.jobs[key]
        deadline_at = job.created_at + job.request.deadline_seconds
        held_up = self._held_up() + 2 * self.judge.skew_seconds + 1
        require(now <= deadline_at + held_up, "no POST after the deadline", key.job_id)
        unwanted = any(begin < attempt.started_at < end for begin, end in self._quiet[account])
        require(not unwanted, "no POST while upstream wants none", account)
        self._within_rate(account, key.job_id, now)

    def wants_quiet(self, account: str, seconds: float) -> None:
        """Upstream has answered so: for so long nobody may submit."""
        if self.judge.faults.gentle:  # else a worker may not come to tell the others
            now = self.judge.scheduler.now
            self._quiet[account].append((now + _OBEY_SECONDS, now + seconds))

    def created(self, made: UpstreamTask) -> None:
        self.judge.made[made.id] = made
        key, _ = self.judge.intents[made.attempt_id]
        first = [each for each in self.judge.made.values() if not each.second]
        charges = sum(self.judge.intents[each.attempt_id][0] == key for each in first)
        self.judge.require(charges == 1, "at most one charge for a job", key.job_id)
        of_account = [each for each in first if each.account == made.account]
        running = sum(self._counts(each) for each in of_account)
        self.judge.require(running <= self.limits.concurrent_tasks, "in flight within the limit", running)

    def _within_rate(self, account: str, job_id: str, now: float) -> None:
        """Of all POSTs that were not held up on their way. Where clocks differ, a process may think
        the window over too early by twice the skew."""
        assert self.judge.scheduler.current is not None
        permit_at = self.judge.scheduler.current.memory.get("permit", self._released.get(job_id, 0.0))
        late = now - permit_at
        in_time = late - self._held_up() <= LATE_SECONDS + 2 * self.judge.skew_seconds
        self.judge.require(in_time, "a POST comes soon after its permit", job_id, late)
        if late > LATE_SECONDS:
            return
        starts, window = self._starts[account], 60.0 - 2 * self.judge.skew_seconds
        starts.append(now)
        within = sum(at > now - window for at in starts)
        most = self.limits.images_per_minute
        self.judge.require(within <= most, "each window within the limit", within, f"in {window} s")

    def _held_up(self) -> float:
        """For how long the current task was, by no fault of the code's."""
        assert self.judge.scheduler.current is not None
        return float(self.judge.scheduler.current.memory.get("held up", 0.0))

    def _counts(self, made: UpstreamTask) -> bool:
        """It runs, and its job still holds the slot: one that was given up may go on at upstream."""
        key, attempt = self.judge.intents[made.attempt_id]
        job, now = self.judge.jobs[key], self.judge.scheduler.now
        held = job.attempt is not None and job.attempt.id == attempt.id and job.slot_taken_at is not None
        slot_age = now - (attempt.permit_at or 0.0)
        fresh = slot_age < self.limits.kept_seconds - 2 * self.judge.skew_seconds
        return held and fresh and made.running(now)
