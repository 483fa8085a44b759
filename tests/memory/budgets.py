"""Budgets in memory. The jobs table in memory books in them, under the same lock."""

import threading

from darkroom.jobs.money import Budget, Change


class MemoryBudgets:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._budgets: dict[str, Budget] = {}
        self._lifted: set[str] = set()

    def read(self, tenant: str) -> Budget | None:
        return None if tenant in self._lifted else self._budgets.get(tenant)

    def set_cap(self, tenant: str, cap_microusd: int | None) -> None:
        with self.lock:
            standing = self._budgets.get(tenant)
            if cap_microusd is None:
                self._lifted |= {tenant} & self._budgets.keys()
                return
            self._lifted.discard(tenant)
            spent, reserved = (standing.spent, standing.reserved) if standing else (0, 0)
            self._budgets[tenant] = Budget(cap_microusd, spent, reserved)

    def remove(self, tenant: str) -> None:
        with self.lock:
            self._budgets.pop(tenant, None)
            self._lifted.discard(tenant)

    def suffices(self, tenant: str, needed: int) -> bool:
        budget = self._budgets.get(tenant)
        return budget is not None and (tenant in self._lifted or budget.left >= needed)

    def book(self, tenant: str, change: Change) -> None:
        """Nowhere, if the budget is gone."""
        if tenant in self._budgets:
            self._budgets[tenant] = self._budgets[tenant].booked(change)
