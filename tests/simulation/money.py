"""Budgets that are watched: no booking may overdraw a cap."""

from darkroom.jobs.money import Change
from memory.budgets import MemoryBudgets
from simulation.judge import Judge


class Budgets(MemoryBudgets):
    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self._judge = judge

    def book(self, tenant: str, change: Change) -> None:
        super().book(tenant, change)
        budget = self.read(tenant)
        if budget is not None:
            self._judge.require(budget.left >= 0, "spent and reserved within the cap", tenant, budget)
            self._judge.require(budget.reserved >= 0, "no hold is released twice", tenant, budget)
