"""Mistakes with budgets."""

from collections.abc import Sequence
from typing import Any

from darkroom.jobs import money
from darkroom.jobs.booking import Booking
from darkroom.jobs.job import Billed, Job
from darkroom.jobs.money import payers_of
from darkroom.ports import BudgetExceededError
from memory import jobs_table
from memory.budgets import MemoryBudgets
from memory.jobs_table import MemoryJobsTable
from simulation.mutants.planting import Plant
from simulation.tables import JobsTable


def cap_checked_outside_transaction(plant: Plant) -> None:
    real, suffices = JobsTable.add_all, MemoryBudgets.suffices

    def add_all(self: JobsTable, jobs: Sequence[Job]) -> list[Job | None]:
        for job in jobs:
            for payer in payers_of(job):
                if not suffices(self.budgets, payer, job.price_microusd or 0):
                    raise BudgetExceededError(payer, self.budgets.read(payer))
        self._effects.after("between check and write")
        return real(self, jobs)

    plant(JobsTable, "add_all", add_all)
    plant(MemoryBudgets, "suffices", lambda self, tenant, needed: True)


def books_by_job_and_not_by_call(plant: Plant) -> None:
    """A call's jobs are each held against what is left, and not all together."""

    def suffices(self: MemoryBudgets, tenant: str, needed: int) -> bool:
        budget = self.read(tenant)
        return budget is None or budget.left > 0

    plant(MemoryBudgets, "suffices", suffices)


def reserves_again_for_a_repeat(plant: Plant) -> None:
    real = MemoryJobsTable.add_all

    def add_all(self: MemoryJobsTable, jobs: Sequence[Job]) -> list[Job | None]:
        stored = [self.get(job.tenant, job.id) for job in jobs]
        self._reserve([job for job in stored if job is not None])
        return real(self, jobs)

    plant(MemoryJobsTable, "add_all", add_all)


def counts_the_unknown_as_not_spent(plant: Plant) -> None:
    def booking_of(job: Job) -> Booking | None:
        if not payers_of(job):
            return None
        if not job.status.terminal:
            return Booking.RESERVED
        return Booking.SPENT if job.billed is Billed.YES else Booking.RELEASED

    plant(money, "booking_of", booking_of)
    plant(jobs_table, "booking_of", booking_of)


def keeps_the_hold_of_what_failed(plant: Plant) -> None:
    real: Any = money.booking_of

    def booking_of(job: Job) -> Booking | None:
        booking: Booking | None = real(job)
        return Booking.RESERVED if booking is Booking.RELEASED else booking

    plant(money, "booking_of", booking_of)
    plant(jobs_table, "booking_of", booking_of)


def books_with_the_first_payer_alone(plant: Plant) -> None:
    plant(jobs_table, "payers_of", lambda job: payers_of(job)[:1])
