"""Whose balance a tenant is shown, and how long upstream's is kept."""

from dataclasses import dataclass, field

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.money import Budget
from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.ports import KeyRemovedError
from darkroom.usecases.balance import Balances, BalanceUnknownError
from memory.clock import FakeClock

STACKS = 70_000_000


@dataclass
class Upstreams:
    """The stack's account under None, and those that tenants' own keys open."""

    microusd: dict[str | None, int | None] = field(default_factory=lambda: {None: STACKS})
    asked: list[str | None] = field(default_factory=list)

    def of(self, tenant: str | None) -> "OneAccount":
        if tenant not in self.microusd:
            raise KeyRemovedError
        self.asked.append(tenant)
        return OneAccount(self.microusd[tenant])


@dataclass
class OneAccount:
    microusd: int | None

    def balance_microusd(self) -> int:
        if self.microusd is None:
            raise UpstreamUnavailableError("down")
        return self.microusd


@dataclass
class MemoryBudgets:
    by_tenant: dict[str, Budget] = field(default_factory=dict)

    def read(self, tenant: str) -> Budget | None:
        return self.by_tenant.get(tenant)


@pytest.fixture
def upstreams() -> Upstreams:
    return Upstreams()


@pytest.fixture
def budgets() -> MemoryBudgets:
    return MemoryBudgets({"acme": Budget(5_000_000, spent=1_000_000), "shop": Budget(9_000_000)})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def balances(budgets: MemoryBudgets, upstreams: Upstreams, clock: FakeClock) -> Balances:
    return Balances(budgets, upstreams.of, clock)


def test_a_sub_account_is_shown_its_own_cap_and_never_its_owners(
    balances: Balances, upstreams: Upstreams
) -> None:
    assert balances.microusd(Account("shop", "acme", payers=("shop", "acme"))) == 9_000_000
    for payers in ((), ("acme",)):
        with pytest.raises(BalanceUnknownError):
            balances.microusd(Account("free", "acme", payers=payers))
    assert upstreams.asked == []


def test_a_cap_lifted_since_the_authorizer_looked_is_none(balances: Balances, budgets: MemoryBudgets) -> None:
    budgets.by_tenant.clear()
    with pytest.raises(BalanceUnknownError):
        balances.microusd(Account("shop", "acme", payers=("shop", "acme")))
    assert balances.microusd(Account("acme", payers=("acme",))) == STACKS


def test_a_tenants_own_key_is_asked_whatever_its_cap(balances: Balances, upstreams: Upstreams) -> None:
    upstreams.microusd["acme"] = 12
    assert balances.microusd(Account("acme", payers=("acme",), own_upstream_key=True)) == 12


def test_an_own_key_that_was_just_removed_pays_for_nothing(balances: Balances) -> None:
    assert balances.microusd(Account("acme", payers=("acme",), own_upstream_key=True)) == 4_000_000
    assert balances.microusd(Account("free", own_upstream_key=True)) == STACKS
    with pytest.raises(BalanceUnknownError):
        balances.microusd(Account("free", "acme", own_upstream_key=True))


def test_each_keys_balance_is_kept_for_a_minute(
    balances: Balances, upstreams: Upstreams, clock: FakeClock
) -> None:
    upstreams.microusd["acme"] = 12
    for _ in range(2):
        assert balances.microusd(Account("free")) == STACKS
        assert balances.microusd(Account("acme", own_upstream_key=True)) == 12
    assert upstreams.asked == [None, "acme"]
    upstreams.microusd[None] = 5
    clock.advance(59)
    assert balances.microusd(Account("free")) == STACKS
    clock.advance(1)
    assert balances.microusd(Account("free")) == 5


def test_a_failure_to_ask_is_told_and_not_kept(balances: Balances, upstreams: Upstreams) -> None:
    upstreams.microusd[None] = None
    with pytest.raises(UpstreamUnavailableError):
        balances.microusd(Account("free"))
    upstreams.microusd[None] = 5
    assert balances.microusd(Account("free")) == 5


def test_a_debt_leaves_nothing(balances: Balances, budgets: MemoryBudgets, upstreams: Upstreams) -> None:
    budgets.by_tenant["acme"] = Budget(1, spent=2)
    upstreams.microusd[None] = -3
    assert balances.microusd(Account("acme", payers=("acme",))) == 0
    assert balances.microusd(Account("free")) == 0
