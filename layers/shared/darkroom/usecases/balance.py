"""What a tenant may still spend: what is left of its own cap, or upstream's balance of the key that pays.

What its owner has left, and the operator's own account, are not a sub-account's to know.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from darkroom.jobs.account import Account
from darkroom.jobs.money import Budget
from darkroom.ports import KeyRemovedError

_KEPT_SECONDS = 60.0
_KEPT_BALANCES = 1_000


class BalanceUnknownError(Exception):
    """A sub-account has neither a cap nor an upstream key of its own."""


class Budgets(Protocol):
    def read(self, tenant: str) -> Budget | None:
        """None for a tenant without a cap. Raises ThrottledError."""


class PayingAccount(Protocol):
    def balance_microusd(self) -> int:
        """Raises UpstreamUnavailableError."""


@dataclass(frozen=True, slots=True)
class Balances:
    """`upstream`: on a tenant's own key, or on the stack's for None; raises KeyRemovedError, ThrottledError.
    What it says is kept in the process for a minute."""

    budgets: Budgets
    upstream: Callable[[str | None], PayingAccount]
    clock: Callable[[], float]
    _kept: dict[str | None, tuple[float, int]] = field(default_factory=dict)

    def microusd(self, account: Account) -> int:
        """Never below 0. Raises BalanceUnknownError, UpstreamUnavailableError, ThrottledError."""
        if account.own_upstream_key:  # its jobs are booked in no budget
            try:
                return self._upstreams(account.tenant)
            except KeyRemovedError:
                pass  # the authorizer's answer is a minute old
        budget = self.budgets.read(account.tenant) if account.tenant in account.payers else None
        if budget is not None:
            return max(0, budget.left)
        if account.owner is not None:
            raise BalanceUnknownError(account.tenant)
        return self._upstreams(None)

    def _upstreams(self, tenant: str | None) -> int:
        kept = self._kept.get(tenant)
        if kept is not None and self.clock() - kept[0] < _KEPT_SECONDS:
            return kept[1]
        balance = max(0, self.upstream(tenant).balance_microusd())
        if len(self._kept) >= _KEPT_BALANCES:
            self._kept.clear()
        self._kept[tenant] = (self.clock(), balance)
        return balance
