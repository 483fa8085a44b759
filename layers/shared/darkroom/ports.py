"""The ports: what the use cases need of the world. Adapters are in `aws/`, `wavespeed/`, `pictures/`,
`webhooks/`; the fakes in `tests/memory/` pass the same contract suites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # whoever needs an error or a message loads none of these
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from darkroom.jobs.backlog import Turns
    from darkroom.jobs.gate import Admission, Gate, Released
    from darkroom.jobs.inference_times import InferenceTimes
    from darkroom.jobs.job import Job, Terms
    from darkroom.jobs.joins import OpenCall
    from darkroom.jobs.money import Budget
    from darkroom.jobs.permits import PermitLimits
    from darkroom.jobs.rate_window import RateTaken
    from darkroom.jobs.upstream import Prediction, SubmitOutcome


class JobChangedError(Exception):
    """Somebody else has written the job since it was read. `current` is what stands there now."""

    def __init__(self, current: Job | None) -> None:
        super().__init__("the job was changed by somebody else")
        self.current = current


class IdTakenError(Exception):
    """The id belongs to `job`, which was asked for otherwise."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"{job.id} was asked for with another request")
        self.job = job


class OtherTermsError(Exception):
    """The job's request stands alone, on terms of its own: whoever takes it up adds the job on those."""

    def __init__(self, job_id: str, terms: Terms) -> None:
        super().__init__(f"{job_id} was asked for on other terms")
        self.job_id = job_id
        self.terms = terms


class BudgetExceededError(Exception):
    """`payer`'s budget has too little left; None: it has none although it should."""

    def __init__(self, payer: str, budget: Budget | None) -> None:
        super().__init__(f"too little is left in the budget of {payer}")
        self.payer = payer
        self.budget = budget


class ThrottledError(Exception):
    """AWS is throttled or down, and the caller may try again. Whether a write was made is unknown, unless the
    method says so."""


class KeyRemovedError(Exception):
    """The tenant has removed the upstream key that its job runs on."""


@dataclass(frozen=True, slots=True)
class JobKey:
    tenant: str
    job_id: str


@dataclass(frozen=True, slots=True)
class JobsPage:
    """A page of a tenant's jobs, newest first; `cursor` is None on the last one."""

    jobs: tuple[Job, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class JobsFilter:
    """Every given field must match. Times are Unix seconds, to the millisecond; both ends are left out.

    `statuses`: one of them; empty for any. `with_deleted`: also those that the tenant has deleted.
    """

    statuses: frozenset[str] = frozenset()
    model: str | None = None
    tag: str | None = None
    created_after: float | None = None
    created_before: float | None = None
    with_deleted: bool = True

    def matches(self, job: Job) -> bool:
        """Whether the job is wanted, its time of creation aside: by that a store finds it."""
        return (
            (not self.statuses or job.status in self.statuses)
            and (self.model is None or job.request.model == self.model)
            and (self.tag is None or job.request.tag == self.tag)
            and (self.with_deleted or not job.deleted)
        )


class JobsTable(Protocol):
    """The truth about jobs. Every lookup names the tenant."""

    def add(self, job: Job) -> Job | None:
        """As `add_all`, for one."""

    def add_all(self, jobs: Sequence[Job]) -> list[Job | None]:
        """Store new jobs and reserve their price in their payers' budgets: all or none.

        In the jobs' order: None for one that is new, else the same job as it stands already; such a one is
        not reserved again. Raises IdTakenError, OtherTermsError, BudgetExceededError; nothing is
        written then.
        """

    def get(self, tenant: str, job_id: str) -> Job | None:
        """Strongly consistent."""

    def save(self, job: Job) -> Job:
        """Write the job's state if nobody else has since it was read; returns it with its new revision.

        Where the price stands otherwise with its payers by now (`jobs.money`), their budgets go with it.
        A write of our own whose reply was lost counts as done. Raises JobChangedError.
        """

    def list(self, tenant: str, wanted: JobsFilter, limit: int, cursor: str | None) -> JobsPage:
        """Newest first. Raises ValueError for a cursor that this tenant was not given."""

    def overdue(self, now: float, page_size: int) -> Iterable[JobKey]:
        """Jobs whose `due_at` has passed, the longest overdue first; read so many at a time, as they are
        asked for."""


@dataclass(frozen=True, slots=True)
class JobMessage:
    """A message names a job and nothing that matters.

    On the JobsQueue `tries` counts how often it was sent on without the job having moved, and `chain` is the
    job's chain of looks that it belongs to; None for a message from outside of it (a callback): such a
    one looks once and leaves the next look to the chain. On the WebhookQueue both name the attempt that
    it stands for (`usecases.deliver.delivery_message`).
    """

    tenant: str
    job_id: str
    tries: int = 0
    chain: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """On the JobsQueue: release what may start of the account's backlog. `beat`: its number in the chain."""

    account: str
    beat: int


class Queue(Protocol):
    """JobsQueue and WebhookQueue: messages that name a job, delivered at least once after their delay."""

    def send(self, message: JobMessage | Tick, delay_seconds: float = 0.0) -> None:
        """A delay above 900 s (SQS's cap) is cut to 900: the receiver sees that it is early and sends on."""

    def send_all(self, messages: Sequence[JobMessage]) -> None:
        """Without a delay. After a ThrottledError some may have been sent."""


class Upstream(Protocol):
    def submit(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> SubmitOutcome:
        """The paid POST. Never raises for what upstream or the network does: every outcome is a value."""

    def result(self, prediction_id: str) -> Prediction | None:
        """None where upstream knows no such prediction (yet). Raises UpstreamUnavailableError."""

    def recent(self, model: str, created_after: float, created_before: float) -> Sequence[Prediction]:
        """The predictions upstream lists for the model in that time. Raises UpstreamUnavailableError."""

    def delete(self, prediction_id: str) -> None:
        """Ask upstream to stop; best effort. Raises UpstreamUnavailableError."""


class Permits(Protocol):
    """The limits of an upstream account: images a minute and concurrent tasks, shared by all workers, and
    the line of jobs before them (`jobs.gate`). All methods raise ThrottledError."""

    limits: PermitLimits

    def take(self, now: float) -> Admission:
        """For a job on its way. Not granted, the line is closed: the job goes into the backlog next."""

    def renew(self, taken_at: float, now: float) -> Admission:
        """For a job whose permit was taken long before it came to start; its slot remains the one of
        `taken_at`. Not granted, as `take`."""

    def join(self, now: float) -> Admission:
        """A job waits in any case. Never granted, as `take`."""

    def give_back(self, taken_at: float, now: float, *, unused: bool = False) -> bool:
        """The task started with the permit of `taken_at` has ended: its concurrent slot is free. `unused`:
        none was started, nor will be, and its share of the rate is free too. True where another job waits
        that could now start."""

    def hold(self, until: float, now: float) -> None:
        """Nobody starts before `until`: upstream refuses our key (401, 402)."""

    def narrow(self, taken_at: float, until: float, now: float) -> None:
        """Upstream throttles (429) the start of `taken_at`: nobody starts before `until`, and fewer after."""

    def gate(self, now: float) -> Gate:
        """As it stood a moment ago."""

    def tick(self, beat: int, now: float) -> bool:
        """This tick is made now, and `beat` + 1 is the next one. False: it is none of the chain alive."""

    def rest(self, beat: int, empty_at: float, now: float) -> bool:
        """The chain ends before this tick: nobody was seen to wait at `empty_at`. False: it must go on."""

    def revive(self, now: float) -> int | None:
        """Nobody is seen to wait. The tick to send, where there should be one and may be none; an account
        that nobody has waited at for long is watched no more."""

    def release(self, turns: Turns, now: float, due_at: float) -> Released:
        """Out of the backlog, as many as there are permits for and still wait, each with its permit and
        `due_at`; a permit and its job are written together or not at all. Where none of them waits and they
        were all, nobody does. After a ThrottledError some may have been released."""


class Backlog(Protocol):
    """The jobs that wait for a permit of an upstream account, by their places (`jobs.backlog`).

    A job that has just come or gone may not show yet. All methods raise ThrottledError.
    """

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        """The places behind `after`, in their order; an empty text stands before all."""

    def count(self, account: str, most: int) -> int:
        """How many wait, counted up to `most`."""

    def accounts(self) -> Sequence[str]:
        """Those that jobs wait for, or did some minutes ago."""


class Upstreams(Protocol):
    """Upstream by the key that a job runs on: the stack's, or its tenant's own.

    A key of a tenant's own has versions: one that was replaced still serves the attempts made with it.
    """

    def current_version(self, job: Job) -> str | None:
        """Of the key for the job's next attempt, as it stands now; None: the stack's.

        Raises KeyRemovedError, ThrottledError.
        """

    def of(self, job: Job) -> Upstream:
        """On the key that the job's attempt is made with.

        Raises ThrottledError, and KeyRemovedError where that key was removed: a worker that has kept it may
        look at a task on it all the same.
        """

    def permits(self, account: str) -> Permits:
        """Upstream's limits belong to an account (`Job.upstream_account`)."""


class Picture(Protocol):
    """A verified picture in a spooled file, the position at its start."""

    content_type: str
    extension: str
    width: int
    height: int
    size_bytes: int
    sha256: bytes
    file: IO[bytes]


class PictureSource(Protocol):
    def fetch(self, url: str, *, deadline_seconds: float) -> AbstractContextManager[Picture]:
        """Fetch and verify. Raises OutputGoneError, OutputRetryError, OutputRefusedError (pictures)."""


class ImagesBucket(Protocol):
    def put(self, key: str, picture: Picture, job: Job) -> None:
        """Store under the key; again is harmless. Raises ThrottledError."""

    def read(self, key: str) -> bytes | None:
        """The whole object; None where there is none (any more). Raises ThrottledError."""

    def presign(self, key: str, expires_seconds: int) -> str: ...

    def uri(self, key: str) -> str:
        """`s3://bucket/key`."""


class Joins(Protocol):
    """The open calls that a repeat may join. All methods raise ThrottledError."""

    def add(self, call: OpenCall) -> OpenCall:
        """Store a new call, whose group is its own; returns it with its revision."""

    def save(self, call: OpenCall) -> OpenCall | None:
        """Write it if nobody else has since it was read; returns it with its new revision, else None."""

    def joinable(self, tenant: str, fingerprint: str, now: float) -> Sequence[OpenCall]:
        """Those that `jobs.joins.is_joinable`, the last one to be opened first, to the millisecond; where
        there are very many, the last of them. Strongly consistent."""


class Prices(Protocol):
    def price_microusd(self, model_id: str) -> int | None:
        """Of one image. None: unknown, never zero. Raises ThrottledError."""


class InferenceTimesTable(Protocol):
    """How long the models' tasks take. All methods raise ThrottledError, whatever stands in the way."""

    def read(self, model_id: str) -> InferenceTimes:
        """As it stood a moment ago; nothing counted for a model that is not there."""

    def add(self, model_id: str, counts: Mapping[int, int]) -> InferenceTimes:
        """Count tasks by the bucket of their time; returns what stands then. After a ThrottledError they
        may have been counted."""

    def fade(self, model_id: str, seen: InferenceTimes) -> None:
        """Halve what was seen, unless somebody has done so since. What was added since stays whole."""


class RateLimits(Protocol):
    def take(self, tenant: str, limit: int, now: float) -> RateTaken:
        """Count one request against so many a minute; a refused one is not counted. Raises ThrottledError."""


class WebhookSecrets(Protocol):
    def secrets(self, tenant: str) -> Sequence[str]:
        """The tenant's (`whsec_…`), the newest last; more than one while a rotation overlaps."""


class Telemetry(Protocol):
    """Log lines and metrics. Fields never hold a prompt or a secret."""

    def info(self, message: str, **fields: object) -> None: ...

    def count(self, metric: str, **fields: object) -> None:
        """One more of something that a person watches or an alarm stands on, with a warning in the log."""

    def gauge(self, values: Mapping[str, float], **fields: object) -> None:
        """How much there is of each metric just now."""
