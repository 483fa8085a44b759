"""Accepting: one durable job and one message, however often the request comes."""

import pytest

from darkroom.jobs.account import Account
from darkroom.jobs.job import JobStatus
from darkroom.ports import JobMessage, ThrottledError
from darkroom.usecases.accept import Acceptor, IdempotencyConflictError
from memory.world import OVERDUE_SECONDS, TENANT, World, a_request


class DeadQueue:
    def send(self, message: JobMessage, delay_seconds: float = 0.0) -> None:
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
