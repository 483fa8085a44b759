"""What every Upstreams does: the fake that the tests run on, and the one on keys in Secrets Manager."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.clients import Clients
from darkroom.aws.upstream_key_registry import UpstreamKeyRegistry
from darkroom.aws.upstream_keys import UpstreamKeys
from darkroom.jobs.job import Attempt, Job
from darkroom.ports import KeyRemovedError, Permits, Upstream, Upstreams
from darkroom.upstreams import KeyedUpstreams
from memory.clock import FakeClock
from memory.jobs import a_job
from memory.permits import MemoryPermits
from memory.upstream import FakeUpstream
from memory.upstreams import MemoryUpstreams


@dataclass
class Accounts:
    """The port, and the tenants' side of it: a registered key opens the upstream that is returned."""

    upstreams: Upstreams
    stacks: Upstream
    register: Callable[[str], Upstream]
    remove: Callable[[str], None]


@pytest.fixture(params=["memory", "secretsmanager"])
def accounts(request: pytest.FixtureRequest) -> Accounts:
    if request.param == "memory":
        stacks = FakeUpstream()
        memory = MemoryUpstreams(stacks, MemoryPermits(), FakeClock())
        return Accounts(memory, stacks, memory.register, memory.remove)
    clients: Clients = request.getfixturevalue("clients")
    table = AccountsTable(clients.dynamodb, request.getfixturevalue("accounts_table_name"))
    return on_secrets_manager(clients, table)


def on_secrets_manager(clients: Clients, table: AccountsTable) -> Accounts:
    clock, stacks = FakeClock(), FakeUpstream()
    opened: dict[str, FakeUpstream] = {}
    named: dict[str, MemoryPermits] = {}
    for tenant in ("acme", "rival", "default"):
        table.create_tenant(tenant, clock.now)
    registry = UpstreamKeyRegistry(clients.secretsmanager, "stack/tenants", table)

    def register(tenant: str) -> Upstream:
        api_key = f"obviously-fake-key-{len(opened)}"
        registry.register(tenant, api_key, clock.now)
        return opened.setdefault(api_key, FakeUpstream())

    def permits(name: str) -> Permits:
        return named.setdefault(name, MemoryPermits())

    keys = UpstreamKeys(clients.secretsmanager, "stack/tenants")
    return Accounts(
        KeyedUpstreams(stacks, keys, lambda key: opened[key.api_key], permits),
        stacks,
        register,
        registry.remove,
    )


def own_job(tenant: str = "acme") -> Job:
    job = a_job(tenant=tenant)
    return replace(job, terms=replace(job.terms, own_upstream_key=True))


def started(upstreams: Upstreams, job: Job) -> Job:
    return job.submitting(Attempt("att_1", 1.0, 7, 1.0, key_version=upstreams.current_version(job)))


def test_a_job_runs_on_the_stacks_key_unless_it_was_accepted_on_its_tenants(accounts: Accounts) -> None:
    accounts.register("acme")
    job = started(accounts.upstreams, a_job(tenant="acme"))
    assert job.attempt is not None
    assert job.attempt.key_version is None
    assert accounts.upstreams.of(job) is accounts.stacks


def test_each_tenants_own_key_opens_its_own_account(accounts: Accounts) -> None:
    opened = {tenant: accounts.register(tenant) for tenant in ("acme", "rival")}
    for tenant, upstream in opened.items():
        assert accounts.upstreams.of(started(accounts.upstreams, own_job(tenant))) is upstream


def test_an_attempt_stays_on_the_key_it_was_made_with(accounts: Accounts) -> None:
    before = accounts.register("acme")
    job = started(accounts.upstreams, own_job())
    after = accounts.register("acme")
    assert accounts.upstreams.of(job) is before
    assert accounts.upstreams.of(started(accounts.upstreams, own_job())) is after


def test_a_removed_key_starts_nothing_any_more(accounts: Accounts) -> None:
    accounts.register("acme")
    started(accounts.upstreams, own_job())
    accounts.remove("acme")
    with pytest.raises(KeyRemovedError):
        accounts.upstreams.current_version(own_job())


def test_a_key_never_registered_is_none(accounts: Accounts) -> None:
    with pytest.raises(KeyRemovedError):
        accounts.upstreams.current_version(own_job())


def test_the_key_after_a_removed_one_serves_new_attempts(accounts: Accounts) -> None:
    accounts.register("acme")
    accounts.remove("acme")
    again = accounts.register("acme")
    assert accounts.upstreams.of(started(accounts.upstreams, own_job())) is again


def test_each_account_has_permits_of_its_own_even_a_tenant_named_like_the_stacks(accounts: Accounts) -> None:
    for tenant in ("acme", "rival", "default"):
        accounts.register(tenant)
    jobs = [a_job(tenant="acme"), *(own_job(tenant) for tenant in ("acme", "rival", "default"))]
    permits = [accounts.upstreams.permits(job.upstream_account) for job in jobs]
    assert len({id(each) for each in permits}) == 4
    assert accounts.upstreams.permits(jobs[1].upstream_account) is permits[1]


def test_permits_outlive_the_key_so_that_slots_can_be_given_back(accounts: Accounts) -> None:
    accounts.register("acme")
    permits = accounts.upstreams.permits(own_job().upstream_account)
    accounts.remove("acme")
    assert accounts.upstreams.permits(own_job().upstream_account) is permits
