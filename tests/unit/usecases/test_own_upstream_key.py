"""Jobs on a tenant's own upstream key: on its account, its limits, its pause."""

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.upstream import Ambiguous, KeyRefused, NotCreated
from darkroom.record import billing
from memory.permits import MemoryPermits
from memory.world import OUTPUT_URL, TENANT, World, a_request

OWN = Account(TENANT, payers=("acme",), own_upstream_key=True)

OWN_ACCOUNT = f"tenant/{TENANT}"


def accept(world: World, account: Account = OWN, **changes: object) -> Job:
    return world.acceptor.accept(account, a_request(**changes)).job


def test_a_job_on_an_own_key_never_touches_the_stacks_account(world: World) -> None:
    own = world.upstreams.register(TENANT)
    job = accept(world)
    world.work()
    assert world.upstreams.accounts[OWN_ACCOUNT].running == 1
    own.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    assert world.job(job).status is JobStatus.COMPLETED
    assert (len(own.submits), own.looks) == (1, ["pred-1"])
    assert (world.upstream.submits, world.upstream.looks, world.permits.running) == ([], [], 0)
    assert world.upstreams.accounts[OWN_ACCOUNT].running == 0


def test_what_runs_on_an_own_key_is_booked_in_no_budget(world: World) -> None:
    world.upstreams.register(TENANT)
    job = accept(world)
    assert world.job(job).terms.payers == ()
    assert billing(job)["own_upstream_key"] is True


def test_two_tenants_and_the_stack_run_on_three_accounts(world: World) -> None:
    accounts = [world.upstreams.register("acme"), world.upstreams.register("rival"), world.upstream]
    for tenant, own in (("acme", True), ("rival", True), ("third", False)):
        accept(world, Account(tenant, own_upstream_key=own))
    world.work()
    assert [len(account.submits) for account in accounts] == [1, 1, 1]


def test_each_account_has_its_own_limits(world: World) -> None:
    world.upstreams.register(TENANT)
    one_at_once = PermitLimits(images_per_minute=10, concurrent_tasks=1, slot_seconds=600)
    world.upstreams.accounts[OWN_ACCOUNT] = MemoryPermits(one_at_once, world.jobs)
    waiting, stacks = [accept(world) for _ in range(2)], [world.accept() for _ in range(2)]
    world.work()
    assert sorted(world.job(job).status for job in waiting) == [JobStatus.PROCESSING, JobStatus.QUEUED]
    assert all(world.job(job).status is JobStatus.PROCESSING for job in stacks)


@pytest.mark.parametrize(
    "outcome", [KeyRefused("HTTP 401"), KeyRefused("HTTP 402"), NotCreated("HTTP 429", throttled=True)]
)
def test_a_pause_of_an_own_key_is_that_tenants_alone(world: World, outcome: KeyRefused | NotCreated) -> None:
    own = world.upstreams.register(TENANT)
    own.script_submit(outcome)
    refused = accept(world)
    world.work()
    later, stacks = accept(world), world.accept()
    world.work()
    assert [world.job(job).status for job in (refused, later)] == [JobStatus.QUEUED] * 2
    assert world.job(stacks).status is JobStatus.PROCESSING
    world.run(130)
    assert [world.job(job).status for job in (refused, later)] == [JobStatus.PROCESSING] * 2


def test_a_pause_of_the_stacks_key_leaves_own_keys_alone(world: World) -> None:
    world.upstreams.register(TENANT)
    world.upstream.script_submit(KeyRefused("HTTP 402"))
    world.accept()
    world.work()
    job = accept(world)
    world.work()
    assert world.job(job).status is JobStatus.PROCESSING
    assert world.telemetry.counts["UpstreamRefused"] == 1


def test_a_job_whose_own_key_was_refused_to_its_deadline_says_whose_key_it_was(world: World) -> None:
    world.upstreams.register(TENANT).script_submit(*[KeyRefused("HTTP 401")] * 5)
    job = accept(world, deadline_seconds=30)
    world.run(60)
    failure = world.job(job).failure
    assert failure is not None
    assert failure.code is ErrorCode.DEADLINE_EXCEEDED
    assert "refused your key" in failure.message


def test_what_was_started_on_a_key_ends_on_it_though_it_is_replaced(world: World) -> None:
    before = world.upstreams.register(TENANT)
    first = accept(world)
    world.work()
    after = world.upstreams.register(TENANT)
    second = accept(world)
    world.work()
    before.finish("pred-1", OUTPUT_URL)
    after.finish("pred-1", OUTPUT_URL)
    world.run(30)
    assert [world.job(job).status for job in (first, second)] == [JobStatus.COMPLETED] * 2
    assert (len(before.submits), len(after.submits)) == (1, 1)


def test_a_doubt_is_resolved_in_the_list_of_the_account_that_it_arose_on(world: World) -> None:
    own = world.upstreams.register(TENANT)
    own.script_submit(Ambiguous("ReadTimeout"))
    job = accept(world)
    world.work()
    own.hold("pred-lost", job.request.model, own.submits[0].inputs)
    own.finish("pred-lost", OUTPUT_URL)
    world.upstreams.register(TENANT)
    world.run(120)
    assert world.job(job).status is JobStatus.COMPLETED
    assert len(own.submits) == 1


def test_a_cancel_stops_the_task_on_its_own_account(world: World) -> None:
    own = world.upstreams.register(TENANT)
    job = accept(world)
    world.work()
    world.canceller.cancel(TENANT, job.id)
    world.work()
    assert (own.deleted, world.upstream.deleted) == (["pred-1"], [])
    assert world.upstreams.accounts[OWN_ACCOUNT].running == 0
