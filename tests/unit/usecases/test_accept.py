"""Accepting: one durable job and one message, however often the request comes."""

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.job import JobStatus
from darkroom.ports import BudgetExceededError, JobMessage, ThrottledError
from darkroom.usecases.accept import Acceptor, IdempotencyConflictError, PriceUnknownError
from memory.world import OVERDUE_SECONDS, TENANT, World, a_request


class DeadQueue:
    def send(self, message: object, delay_seconds: float = 0.0) -> None:
        raise ThrottledError

    def send_all(self, messages: object) -> None:
        raise ThrottledError


def test_an_accepted_job_is_stored_and_named_in_one_message(world: World) -> None:
    job = world.accept()
    assert world.job(job).status is JobStatus.QUEUED
    assert [sent.message for sent in world.queue.sent] == [JobMessage(TENANT, job.id, chain=0)]


def test_an_accepted_job_carries_its_models_price(world: World) -> None:
    assert world.accept().price_microusd == 27_000
    assert world.accept(model="bytedance/seedream-v3.1").price_microusd is None


def test_a_repeated_key_gives_the_first_job_and_sends_nothing(world: World) -> None:
    first = world.acceptor.accept(Account(TENANT), a_request(), "order-1")
    again = world.acceptor.accept(Account(TENANT), a_request(), "order-1")
    assert (first.repeated, again.repeated) == (False, True)
    assert first.job.id == again.job.id
    assert len(world.queue.sent) == 1


def test_a_key_with_another_body_is_a_conflict(world: World) -> None:
    world.accept("order-1")
    with pytest.raises(IdempotencyConflictError):
        world.accept("order-1", prompt="something else")


def test_the_same_key_of_two_tenants_makes_two_jobs(world: World) -> None:
    ours = world.acceptor.accept(Account("acme"), a_request(), "order-1").job
    theirs = world.acceptor.accept(Account("globex"), a_request(), "order-1").job
    assert ours.id != theirs.id


def test_a_job_whose_message_could_not_be_sent_is_accepted_and_found_by_the_reconciler(world: World) -> None:
    acceptor = Acceptor(world.jobs, DeadQueue(), world.telemetry, OVERDUE_SECONDS, world.clock, world.prices)
    job = acceptor.accept(Account(TENANT), a_request()).job
    assert world.telemetry.counts["EnqueueFailed"] == 1
    world.run(OVERDUE_SECONDS + 61, reconcile=True)
    assert world.job(job).status is JobStatus.PROCESSING


CAPPED = Account(TENANT, payers=(TENANT,))
PRICE = 27_000


def test_several_requests_are_accepted_together_each_with_its_message(world: World) -> None:
    requests = [a_request(part="1/2"), a_request(part="2/2")]
    accepted = world.acceptor.accept_all(Account(TENANT), requests, ["order-1/1", "order-1/2"])
    assert [one.job.request.part for one in accepted] == ["1/2", "2/2"]
    assert {sent.message.job_id for sent in world.queue.sent} == {one.job.id for one in accepted}
    again = world.acceptor.accept_all(Account(TENANT), requests, ["order-1/1", "order-1/2"])
    assert [one.repeated for one in again] == [True, True]
    assert len(world.queue.sent) == 2


def test_one_request_that_conflicts_keeps_all_out(world: World) -> None:
    world.accept("order-1", prompt="something else")
    with pytest.raises(IdempotencyConflictError):
        world.acceptor.accept_all(Account(TENANT), [a_request(), a_request()], ["order-2", "order-1"])
    assert len(world.jobs.all()) == len(world.queue.sent) == 1


def test_at_the_cap_no_message_is_sent(world: World) -> None:
    world.jobs.budgets.set_cap(TENANT, 2 * PRICE)
    with pytest.raises(BudgetExceededError):
        world.acceptor.accept_all(CAPPED, [a_request()] * 3, [None] * 3)
    assert (world.jobs.all(), list(world.queue.sent)) == ((), [])


def test_a_cap_needs_a_price_and_without_a_cap_none_is_needed(world: World) -> None:
    world.jobs.budgets.set_cap(TENANT, 2 * PRICE)
    seedream = a_request(model="bytedance/seedream-v3.1")
    with pytest.raises(PriceUnknownError):
        world.acceptor.accept(CAPPED, seedream)
    assert world.acceptor.accept(Account(TENANT), seedream).job.price_microusd is None


def test_a_job_on_the_tenants_own_upstream_key_has_no_payers(world: World) -> None:
    account = Account(TENANT, payers=(TENANT,), own_upstream_key=True)
    terms = world.acceptor.accept(account, a_request(model="bytedance/seedream-v3.1")).job.terms
    assert (terms.payers, terms.own_upstream_key) == ((), True)
