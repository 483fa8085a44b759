"""The tenants' programs: they submit, repeat what was not answered, cancel, delete and replay."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from darkroom.jobs.account import Account
from darkroom.jobs.delivery import DeliveryError
from darkroom.jobs.job import Job
from darkroom.ports import BudgetExceededError, ThrottledError
from darkroom.usecases.accept import IdempotencyConflictError, PriceUnknownError
from darkroom.usecases.cancel import JobEndedError
from simulation.handlers import SUBMIT_SECONDS, Handlers, ImagesHandler
from simulation.judge import Judge
from simulation.plan import TENANTS, Call, Kind
from simulation.scheduler import Invocation, Scheduler

_MOST_TRIES = 5


@dataclass
class Callers:
    scheduler: Scheduler
    judge: Judge
    handlers: Handlers
    images: ImagesHandler
    random: Random
    invocation: Callable[[str, float], Invocation]
    account_of: Callable[[str], Account]
    answered: list[tuple[str, str]] = field(default_factory=list)
    """Tenants and ids of the jobs that callers were told of."""
    groups: dict[tuple[str, int], set[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(set))
    """By tenant and number of the call: the ids that its answers named."""

    def call(self, call: Call) -> None:
        for _ in range(call.times):
            self._try(call, 0)
        if call.kind is Kind.KEYED and call.conflicts:
            self._run("submit", partial(self._conflict, call))

    def meddle(self) -> None:
        """Cancel, delete or replay some job."""
        if not self.answered:
            return
        tenant, job_id = self.random.choice(self.answered)
        owner = tenant
        if self.random.random() < 0.2:
            tenant = self.random.choice(TENANTS)
        handlers = self.handlers
        acts: list[Callable[[str, str], object]] = [
            handlers.canceller.cancel,
            handlers.canceller.cancel,
            handlers.deleter.delete,
            handlers.deliverer.replay,
        ]
        act = self.random.choice(acts)

        def work() -> None:
            try:
                found = act(tenant, job_id)
                nothing = found is None or tenant == owner
                self.judge.require(nothing, "another tenant's job is as an unknown one", job_id)
            except (ThrottledError, JobEndedError, DeliveryError):
                pass
            except Exception as error:  # noqa: BLE001  # what nobody expects is a violation of its own
                self.judge.unexpected(error)

        self._run("meddle", work)

    def _try(self, call: Call, tries: int) -> None:
        final: list[bool] = []

        def work() -> None:
            try:
                final.append(self._handled(call, tries))
            except ThrottledError:
                pass
            except (BudgetExceededError, PriceUnknownError):
                final.append(True)
            except Exception as error:  # noqa: BLE001  # likewise
                self.judge.unexpected(error)

        def again() -> None:
            if not any(final) and tries < _MOST_TRIES and call.kind is not Kind.NATIVE:
                self._try(call, tries + 1)

        def answered() -> None:
            """API Gateway answers as soon as the function has ended, however that was."""
            try:
                work()
            finally:
                self.scheduler.at(self.scheduler.now + self.random.uniform(0.5, 8), again)

        self._run("submit", answered)

    def _run(self, name: str, work: Callable[[], None]) -> None:
        self.scheduler.start(self.invocation(name, SUBMIT_SECONDS), [work])

    def _handled(self, call: Call, tries: int) -> bool:
        """Whether the caller has a final answer."""
        account = self.account_of(call.tenant)
        if call.kind is Kind.JOINED:
            return self.images.answered(account, call, tries, self._told)
        key = _key(call) if call.kind is Kind.KEYED else None
        try:
            accepted = self.handlers.acceptor.accept(account, call.request, key)
        except IdempotencyConflictError:
            self.judge.require(call.conflicts, "the same key and body is no conflict", call.number)
            return True
        same = accepted.job.request == call.request
        self.judge.require(same, "a key's other body is a conflict", call.number)
        self._told(call, [accepted.job])
        return True

    def _conflict(self, call: Call) -> None:
        """The same key for something else: one of the two is refused."""
        other = replace(call.request, prompt="something else")
        try:
            accepted = self.handlers.acceptor.accept(self.account_of(call.tenant), other, _key(call))
        except (ThrottledError, BudgetExceededError, PriceUnknownError, IdempotencyConflictError):
            return
        except Exception as error:
            self.judge.unexpected(error)
            raise
        same = accepted.job.request == other
        self.judge.require(same, "a key's other body is a conflict", call.number)

    def _told(self, call: Call, jobs: list[Job]) -> None:
        ids = tuple(job.id for job in jobs)
        self.answered += [(call.tenant, job_id) for job_id in ids]
        told = self.groups[call.tenant, call.number]
        told.add(ids)
        self.judge.require(
            all(job.tenant == call.tenant for job in jobs), "nobody is told of another's job", call.number
        )
        if call.kind is not Kind.NATIVE:
            self.judge.require(len(told) == 1, "one call, one job", call.number, sorted(told))


def _key(call: Call) -> str:
    return f"key {call.number}"
