"""Random lives of jobs under a cap: the budget is at every step what the jobs say, and holds."""

from contextlib import suppress
from random import Random

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.booking import Booking
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Job
from darkroom.jobs.money import Budget
from darkroom.jobs.upstream import Ambiguous, KeyRefused, NotCreated, Progress, Refused, SubmitOutcome
from darkroom.ports import BudgetExceededError
from darkroom.usecases.cancel import JobEndedError
from memory.world import OUTPUT_URL, World, a_request

PRICE = 27_000
CAPS = {"acme": 12 * PRICE, "owner": 15 * PRICE}
FAILURE = JobFailure(ErrorCode.UPSTREAM_FAILED, "It failed.")
SHOP, OWNER = Account("acme", "owner", ("acme", "owner")), Account("owner", None, ("owner",))


class Lives:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = World()
        self.late_charges = 0
        for payer, cap in CAPS.items():
            self.world.jobs.budgets.set_cap(payer, cap)

    def step(self) -> None:
        before = {job.id: job.booked for job in self.world.jobs.all()}
        self.random.choice(
            [self.accept, self.accept, self.plan, self.end, self.end, self.cancel, self.callback, self.run]
        )()
        for job in self.world.jobs.all():
            refunded = before.get(job.id) is Booking.RELEASED and job.booked is Booking.SPENT
            self.late_charges += PRICE if refunded else 0

    def accept(self) -> None:
        account, count = self.random.choice((SHOP, OWNER)), self.random.randint(1, 4)
        requests = [a_request(part=f"{part}/{count}", webhook_url=None) for part in range(count)]
        needed, stood = count * PRICE, self.world.jobs.all()
        budgets = [self.world.jobs.budgets.read(payer) for payer in account.payers]
        if all(budget is not None and budget.left >= needed for budget in budgets):
            self.world.acceptor.accept_all(account, requests, [None] * count)
            return
        with pytest.raises(BudgetExceededError):
            self.world.acceptor.accept_all(account, requests, [None] * count)
        assert self.world.jobs.all() == stood

    def plan(self) -> None:
        unplanned = NotCreated("connect", retry_after_seconds=None)
        outcomes: list[SubmitOutcome] = [
            Ambiguous("read timeout"),
            Refused(FAILURE),
            unplanned,
            KeyRefused("401"),
        ]
        self.world.upstream.script_submit(self.random.choice(outcomes))

    def end(self) -> None:
        held = self.world.upstream.predictions.values()
        running = [each.id for each in held if each.progress is Progress.RUNNING]
        if running and self.random.random() < 0.6:
            self.world.upstream.finish(self.random.choice(running), OUTPUT_URL)
        elif running:
            self.world.upstream.fail(self.random.choice(running), FAILURE)

    def cancel(self) -> None:
        if job := self.any_job():
            with suppress(JobEndedError):
                self.world.canceller.cancel(job.tenant, job.id)

    def callback(self) -> None:
        """Also of tasks whose reply was lost, and of jobs that have ended."""
        if job := self.any_job():
            prediction_id = job.prediction_id or f"lost-{job.id}"
            self.world.upstream.hold(prediction_id, job.request.model, {})
            self.world.callback(job, prediction_id)

    def run(self) -> None:
        self.world.run(self.random.choice((1, 20, 300, 4_000)), reconcile=True)

    def any_job(self) -> Job | None:
        jobs = self.world.jobs.all()
        return self.random.choice(jobs) if jobs else None

    def check(self) -> None:
        jobs = self.world.jobs.all()
        for payer, cap in CAPS.items():
            own = [job for job in jobs if payer in job.terms.payers]
            reserved = sum(PRICE for job in own if job.booked is Booking.RESERVED)
            spent = sum(PRICE for job in own if job.booked is Booking.SPENT)
            assert self.world.jobs.budgets.read(payer) == Budget(cap, spent, reserved)
            assert spent + reserved <= cap + self.late_charges
        for job in jobs:
            assert (job.booked is Booking.RESERVED) is not job.status.terminal


@pytest.mark.parametrize("seed", range(60))
def test_spent_and_reserved_are_what_the_jobs_say_and_never_pass_the_cap(seed: int) -> None:
    lives = Lives(seed)
    for _ in range(60):
        lives.step()
        lives.check()
    lives.world.run(20_000, reconcile=True)
    lives.check()
    assert all(job.status.terminal for job in lives.world.jobs.all())


def test_the_lives_meet_what_they_are_to_show() -> None:
    """Else they would prove nothing: caps reached, refunds, late charges."""
    met: set[Booking | None] = set()
    late = 0
    for seed in range(60):
        lives = Lives(seed)
        for _ in range(60):
            lives.step()
        met |= {job.booked for job in lives.world.jobs.all()}
        late += lives.late_charges
    assert met == set(Booking)
    assert late
