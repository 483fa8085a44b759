"""Jobs and budgets in one transaction on DynamoDB: lost replies, others in the way, crashes."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from darkroom.aws.attributes import from_item
from darkroom.aws.budgets import Budgets, budget_key, new_budget
from darkroom.aws.clients import Clients
from darkroom.aws.job_items import request_item
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.jobs.job import Attempt, Billed, Job, Terms
from darkroom.jobs.money import Budget
from darkroom.ports import BudgetExceededError, IdTakenError, JobChangedError, OtherTermsError, ThrottledError
from memory.jobs import a_job

PRICE = 27_000
CAP = 10 * PRICE


def paid(number: int = 1, **changes: object) -> Job:
    return a_job(number, terms=Terms(PRICE, ("acme",)), **changes)


class Interfering:
    """A client whose transactions meet what is planned: a code to be cancelled with, a lost reply."""

    def __init__(self, real: Any, *plan: str) -> None:
        self._real = real
        self._plan = list(plan)
        self.transactions = 0

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions += 1
        planned = self._plan.pop(0) if self._plan else ""
        if planned in ("lost", "lost and retried"):
            self._real.transact_write_items(**request)
            if planned == "lost":
                raise ReadTimeoutError(endpoint_url="https://dynamodb.test")
            # Behind botocore's back, without its token: what stands must tell all the same
            return self._real.transact_write_items(**request)
        if planned:
            reasons = [*[{"Code": "None"}] * (len(request["TransactItems"]) - 1), {"Code": planned}]
            error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise self._real.exceptions.TransactionCanceledException(error, "TransactWriteItems")
        return self._real.transact_write_items(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def budgets(clients: Clients, accounts_table_name: str) -> Budgets:
    budgets = Budgets(clients.dynamodb, accounts_table_name)
    budgets.set_cap("acme", CAP)
    return budgets


@pytest.fixture
def jobs_table(clients: Clients, jobs_table_name: str, budgets: Budgets) -> DynamoJobsTable:
    return DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, "accounts")


def through(clients: Clients, *plan: str) -> DynamoJobsTable:
    client: Any = Interfering(clients.dynamodb, *plan)
    return DynamoJobsTable(client, "jobs", 30, "accounts")


def under_way(jobs_table: DynamoJobsTable, number: int = 1) -> Job:
    jobs_table.add(paid(number))
    job = jobs_table.get("acme", paid(number).id)
    assert job is not None
    return jobs_table.save(job.submitting(Attempt("att_1", job.created_at, 7, job.created_at)))


@pytest.mark.parametrize("lost", ["lost", "lost and retried"])
def test_a_reserved_job_is_new_and_reserved_once_although_the_reply_was_lost(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets, lost: str
) -> None:
    assert through(clients, lost).add_all([paid(1), paid(2)]) == [None, None]
    assert budgets.read("acme") == Budget(CAP, reserved=2 * PRICE)


@pytest.mark.parametrize("lost", ["lost", "lost and retried"])
def test_the_last_of_a_budget_is_not_refused_to_the_one_who_took_it(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets, lost: str
) -> None:
    budgets.set_cap("acme", PRICE)
    assert through(clients, lost).add(paid()) is None
    assert budgets.read("acme") == Budget(PRICE, reserved=PRICE)


@pytest.mark.parametrize("lost", ["lost", "lost and retried"])
def test_an_end_settles_once_although_its_reply_was_lost(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets, lost: str
) -> None:
    job = under_way(jobs_table)
    saved = through(clients, lost).save(job.cancelled(job.created_at + 9))
    assert jobs_table.get("acme", job.id) == saved
    assert budgets.read("acme") == Budget(CAP, spent=PRICE)


@pytest.mark.parametrize(
    "passing", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
)
def test_others_at_the_budget_are_waited_for(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets, passing: str
) -> None:
    table = through(clients, passing, passing)
    assert table.add(paid()) is None
    assert budgets.read("acme") == Budget(CAP, reserved=PRICE)


def test_others_who_never_leave_are_throttling_and_nothing_is_written(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets
) -> None:
    job = under_way(jobs_table)
    with pytest.raises(ThrottledError):
        through(clients, *["TransactionConflict"] * 99).add(paid(2))
    with pytest.raises(ThrottledError):
        through(clients, *["TransactionConflict"] * 99).save(job.cancelled(job.created_at + 9))
    assert jobs_table.get("acme", paid(2).id) is None
    assert jobs_table.get("acme", job.id) == job
    assert budgets.read("acme") == Budget(CAP, reserved=PRICE)


def test_a_transaction_that_is_wrong_is_not_tried_again(
    clients: Clients, jobs_table: DynamoJobsTable
) -> None:
    client: Any = Interfering(clients.dynamodb, "ValidationError")
    with pytest.raises(ClientError):
        DynamoJobsTable(client, "jobs", 30, "accounts").add(paid())
    assert client.transactions == 1


def test_somebody_elses_end_is_never_taken_for_ours(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets
) -> None:
    job = under_way(jobs_table)
    theirs = jobs_table.save(job.cancelled(job.created_at + 9))
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(job.cancelled(job.created_at + 9))
    assert conflict.value.current == theirs
    assert budgets.read("acme") == Budget(CAP, spent=PRICE)


def test_a_request_that_a_crash_left_alone_is_taken_up_on_its_own_terms(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets
) -> None:
    clients.dynamodb.put_item(TableName="jobs", Item=request_item(a_job(1), 30))  # before there was a cap
    with pytest.raises(OtherTermsError) as other:
        jobs_table.add_all([paid(1), paid(2)])
    assert budgets.read("acme") == Budget(CAP)
    assert jobs_table.add_all([replace(paid(1), terms=other.value.terms), paid(2)]) == [None, None]
    taken_up = jobs_table.get("acme", paid(1).id)
    assert taken_up is not None
    assert (taken_up.terms.payers, taken_up.booked) == ((), None)
    assert budgets.read("acme") == Budget(CAP, reserved=PRICE)


def test_another_request_that_a_crash_left_alone_stands_in_the_way(
    clients: Clients, jobs_table: DynamoJobsTable
) -> None:
    clients.dynamodb.put_item(TableName="jobs", Item=request_item(a_job(1, prompt="the first"), 30))
    with pytest.raises(IdTakenError) as taken:
        jobs_table.add_all([paid(1), paid(2)])
    assert taken.value.job.request.prompt == "the first"
    assert jobs_table.get("acme", paid(2).id) is None


def test_what_is_left_is_stored_as_the_sum_says(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets
) -> None:
    def left() -> Any:
        key: Any = budget_key("acme")
        return from_item(clients.dynamodb.get_item(TableName="accounts", Key=key)["Item"])["left"]

    job = under_way(jobs_table)
    assert left() == CAP - PRICE
    budgets.set_cap("acme", CAP + 5)
    ended = jobs_table.save(job.cancelled(job.created_at + 9))
    assert left() == CAP + 5 - PRICE
    jobs_table.save(ended.settled(Billed.NO))
    assert left() == CAP + 5
    budgets.set_cap("acme", None)
    budgets.set_cap("acme", 1)
    assert left() == 1


def test_a_cap_set_while_a_transaction_is_at_the_budget_is_set_after_it(
    clients: Clients, budgets: Budgets
) -> None:
    busy: Any = Interfering(clients.dynamodb, *["TransactionConflict"] * 3)
    Budgets(busy, "accounts").set_cap("acme", 7)
    assert budgets.read("acme") == Budget(7)


def test_a_budget_made_in_another_transaction_is_one(clients: Clients, jobs_table: DynamoJobsTable) -> None:
    write: Any = new_budget("accounts", "globex", PRICE)
    clients.dynamodb.transact_write_items(TransactItems=[write])
    job = a_job(tenant="globex", terms=Terms(PRICE, ("globex",)))
    assert jobs_table.add(job) is None
    with pytest.raises(BudgetExceededError):
        jobs_table.add(a_job(2, tenant="globex", terms=Terms(PRICE, ("globex",))))
    with pytest.raises(ClientError):
        clients.dynamodb.transact_write_items(TransactItems=[write])
