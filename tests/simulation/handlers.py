"""The submit function's handlers, as far as they are more than a use case: `http/joining.py` and the wait of
the synchronous images call, on the simulation's ports."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from darkroom.jobs.joins import OpenCall, Post, call_fingerprint, choose_repeated
from darkroom.ports import BudgetExceededError, JobsTable, ThrottledError
from darkroom.usecases.accept import Acceptor, PriceUnknownError
from darkroom.usecases.cancel import Canceller
from darkroom.usecases.delete import Deleter
from darkroom.usecases.deliver import Deliverer
from darkroom.usecases.join import Joiner
from simulation.judge import Judge
from simulation.plan import Call
from simulation.scheduler import Scheduler

SUBMIT_SECONDS = 29.0
"""The function's timeout in the template, and API Gateway's."""
_WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the submit function does for a request."""

    acceptor: Acceptor
    joiner: Joiner
    canceller: Canceller
    deleter: Deleter
    deliverer: Deliverer
    jobs: JobsTable


@dataclass(frozen=True, slots=True)
class ImagesHandler:
    scheduler: Scheduler
    judge: Judge
    handlers: Handlers

    def answered(
        self, account: Account, call: Call, tries: int, told: Callable[[Call, list[Job]], None]
    ) -> bool:
        """Whether all jobs have ended in time; `told` of them before."""
        requests = [replace(call.request, part=f"{part}/{call.parts}") for part in range(1, call.parts + 1)]
        opened = self._opened(account, call_fingerprint(requests), Post(self.scheduler.clock(), tries))
        try:
            keys = [opened.key(part) for part in range(1, call.parts + 1)]
            accepted = self.handlers.acceptor.accept_all(account, requests, keys)
            jobs = [one.job for one in accepted]
            told(call, jobs)
            ended = self._wait(jobs)
        except ThrottledError:
            self.handlers.joiner.leave(opened)
            raise
        except (BudgetExceededError, PriceUnknownError):
            self.handlers.joiner.answer(opened, failed=True)
            raise
        if ended:
            self.handlers.joiner.answer(opened)
        else:
            self.handlers.joiner.leave(opened)
        return ended

    def _opened(self, account: Account, fingerprint: str, post: Post) -> OpenCall:
        joiner, tenant = self.handlers.joiner, account.tenant
        call = (
            joiner.join(tenant, fingerprint, post, SUBMIT_SECONDS, choose_repeated) if post.retries else None
        )
        if (call is None or call.refused_at is not None) and self.judge.faults.happens("rate is used up"):
            if call is None:
                joiner.open_refused(tenant, fingerprint, post)
            else:
                joiner.refuse(call)
            raise ThrottledError("too many requests")
        return call or joiner.open(tenant, fingerprint, post, SUBMIT_SECONDS)

    def _wait(self, jobs: list[Job]) -> bool:
        ends_at = self.scheduler.now + _WAIT_SECONDS
        while self.scheduler.now < ends_at:
            current = [self.handlers.jobs.get(job.tenant, job.id) for job in jobs]
            if all(job is not None and job.status.terminal for job in current):
                return True
            self.scheduler.pause(2.0)
        return False
