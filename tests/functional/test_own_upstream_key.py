"""Jobs on a tenant's own upstream key, through the handlers: charged to it, called back for it."""

import io
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from callback.app import lambda_handler as call_back
from darkroom import upstream_adapters, wiring
from darkroom.jobs.job import Billed, JobStatus
from darkroom.observability import logger
from darkroom.settings import settings
from functional.aws import client
from functional.own_key import OTHER, OTHERS, OWN, OWNS, SECRET, STACKS, Tenant, acme
from functional.workers import Workers
from local.receiver.inbox import Received


@pytest.fixture
def tenant(workers: Workers, event: Any, context: Any) -> Tenant:
    return acme(workers, event, context)


@pytest.fixture
def unseen_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, not only after the time that a new key is given."""
    monkeypatch.setattr("darkroom.usecases.advance.KEY_UNSEEN_SECONDS", 0.0)


def another_process() -> None:
    """One that has read no key yet."""
    upstream_adapters.upstreams.cache_clear()
    upstream_adapters.own_keys.cache_clear()
    upstream_adapters.own_callback_secret.cache_clear()
    wiring.poller.cache_clear()


def test_a_job_on_an_own_key_is_charged_to_that_account_and_not_to_the_stacks(tenant: Tenant) -> None:
    tenant.register(OWN)
    job = tenant.workers.run(tenant.submit())
    assert (job.status, job.terms.own_upstream_key) == (JobStatus.COMPLETED, True)
    assert tenant.charged() == {OWNS: 1}
    [received] = tenant.workers.receiver.received()
    assert received.json()["data"]["billing"]["own_upstream_key"] is True


def test_a_job_accepted_before_stays_on_the_stacks_key(tenant: Tenant) -> None:
    before = tenant.submit()
    tenant.register(OWN)
    after = tenant.submit()
    for job in (before, after):
        assert tenant.workers.run(job).status is JobStatus.COMPLETED
    assert tenant.charged() == {STACKS: 1, OWNS: 1}


def test_a_replaced_key_still_ends_what_was_started_on_it(tenant: Tenant) -> None:
    tenant.register(OWN)
    first = tenant.submit()
    tenant.workers.work()
    tenant.register(OTHER)
    another_process()
    second = tenant.submit()
    for job in (first, second):
        assert tenant.workers.run(job).status is JobStatus.COMPLETED
    assert tenant.charged() == {OWNS: 1, OTHERS: 1}


@pytest.mark.usefixtures("unseen_is_removed")
def test_after_a_removal_what_needs_the_key_fails_and_new_jobs_run_on_the_stacks(tenant: Tenant) -> None:
    tenant.register(OWN)
    tenant.workers.simulator.settings(inference_seconds=600)
    started = tenant.submit()
    tenant.workers.work()
    waiting = tenant.submit()
    tenant.delete()
    another_process()
    for job, billed in ((started, Billed.UNKNOWN), (waiting, Billed.NO)):
        ended = tenant.workers.run(job)
        assert ended.failure is not None
        assert (ended.failure.code, ended.billed) == ("upstream_key_removed", billed)
    tenant.workers.simulator.settings(inference_seconds=0.2)
    assert tenant.workers.run(tenant.submit()).status is JobStatus.COMPLETED
    assert tenant.charged() == {OWNS: 1, STACKS: 1}


def test_a_refused_own_key_lets_only_its_tenants_jobs_wait(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.usecases.not_created.KEY_REFUSED_SECONDS", 0.5)
    tenant.workers.simulator.open_account(OWN, SECRET, balance_microusd=0)
    tenant.register(OWN)
    waiting = tenant.submit()
    tenant.workers.work()
    assert tenant.workers.now(waiting).status is JobStatus.QUEUED
    stacks = tenant.workers.job(tag="the-stacks")
    tenant.workers.work()
    assert tenant.workers.now(stacks).status is JobStatus.PROCESSING
    tenant.workers.simulator.settings(balance_microusd=1_000_000)
    assert tenant.workers.run(waiting).status is JobStatus.COMPLETED
    assert tenant.charged() == {STACKS: 1, OWNS: 1}


@pytest.mark.usefixtures("unseen_is_removed")
def test_a_warm_worker_starts_nothing_on_a_removed_key_and_ends_what_is_paid_for(tenant: Tenant) -> None:
    tenant.register(OWN)
    started = tenant.submit()
    tenant.workers.work()
    waiting = tenant.submit()
    tenant.delete()
    assert tenant.workers.run(started).status is JobStatus.COMPLETED
    failure = tenant.workers.run(waiting).failure
    assert failure is not None
    assert failure.code == "upstream_key_removed"
    assert tenant.charged() == {OWNS: 1}


def test_a_replacement_serves_the_very_next_job(tenant: Tenant) -> None:
    tenant.register(OWN)
    assert tenant.workers.run(tenant.submit()).status is JobStatus.COMPLETED
    tenant.register(OTHER)
    assert tenant.workers.run(tenant.submit()).status is JobStatus.COMPLETED
    assert tenant.charged() == {OWNS: 1, OTHERS: 1}


def callbacks_to_the_receiver(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the API: what the simulator sent is then given to the function."""
    monkeypatch.setenv("CALLBACKS", "on")
    monkeypatch.setenv("PUBLIC_URL", tenant.workers.receiver.url)
    settings.cache_clear()


def test_a_callback_is_verified_with_the_secret_of_the_account_that_submitted(
    tenant: Tenant, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    callbacks_to_the_receiver(tenant, monkeypatch)
    tenant.register(OWN)
    job = tenant.submit()
    stacks = tenant.workers.job()
    tenant.workers.work()
    received = tenant.workers.receiver.wait_for(2, path="/callbacks/wavespeed")
    of_own, of_stacks = sorted(received, key=lambda each: job.id not in each.query)
    for genuine, swapped in ((of_own, of_stacks), (of_stacks, of_own)):
        other_address = callback_event(tenant, genuine, address=swapped)
        assert call_back(other_address, context)["statusCode"] == 401
        assert call_back(callback_event(tenant, genuine), context)["statusCode"] == 200
    assert tenant.workers.run(job).status is JobStatus.COMPLETED
    assert tenant.workers.run(stacks).status is JobStatus.COMPLETED


def test_a_callback_for_a_removed_key_is_refused(
    tenant: Tenant, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    callbacks_to_the_receiver(tenant, monkeypatch)
    tenant.register(OWN)
    tenant.submit()
    tenant.workers.work()
    [sent] = tenant.workers.receiver.wait_for(1, path="/callbacks/wavespeed")
    tenant.delete()
    another_process()
    assert call_back(callback_event(tenant, sent), context)["statusCode"] == 401


def callback_event(tenant: Tenant, sent: Received, address: Received | None = None) -> dict[str, Any]:
    event: dict[str, Any] = tenant.workers.event("callback")
    event["queryStringParameters"] = dict(parse_qsl((address or sent).query))
    event["headers"] |= sent.headers
    event["body"] = sent.body
    return event


def test_the_key_is_in_no_log_and_no_table(tenant: Tenant) -> None:
    printed = io.StringIO()
    before = logger().registered_handler.setStream(printed)  # type: ignore[attr-defined]  # a StreamHandler
    tenant.register(OWN)
    tenant.put({"api_key": f"{OWN}-refused"})
    tenant.workers.run(tenant.submit())
    tenant.delete()
    logger().registered_handler.setStream(before)  # type: ignore[attr-defined]
    assert "submitted" in printed.getvalue()
    assert OWN not in printed.getvalue()
    dynamodb = client("dynamodb")
    for table in (tenant.workers.stack.jobs_table, tenant.workers.stack.accounts_table):
        items = dynamodb.scan(TableName=table)["Items"]
        assert items
        assert OWN not in json.dumps(items)


def test_the_balance_is_that_of_the_own_key(tenant: Tenant) -> None:
    tenant.register(OWN)
    tenant.workers.run(tenant.submit())
    balance = tenant.api.call(tenant.api_key, "get-balance").body["data"]["balance"]
    assert balance == pytest.approx(100 - 0.027)
