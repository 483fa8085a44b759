"""The same job, or another at the same budget, added by somebody else at the same moment."""

from typing import Any

import pytest

from contract.overtaken import Overtaken
from darkroom.aws.budgets import Budgets
from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.money import Budget
from darkroom.ports import BudgetExceededError
from memory.jobs import a_job

PRICE = 27_000


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def budgets(clients: Clients, accounts_table_name: str) -> Budgets:
    budgets = Budgets(clients.dynamodb, accounts_table_name)
    budgets.set_cap("acme", PRICE)
    return budgets


@pytest.fixture
def jobs_table(clients: Clients, jobs_table_name: str, budgets: Budgets) -> DynamoJobsTable:
    return DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, "accounts")


def paid(number: int = 1) -> Job:
    return a_job(number, terms=Terms(PRICE, ("acme",)))


@pytest.mark.parametrize("told_of_the_job", ["None", "TransactionConflict"])
def test_a_repeat_whose_first_is_just_committed_is_answered_with_its_job_at_the_cap_too(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets, told_of_the_job: str
) -> None:
    codes = (told_of_the_job, "None", "ConditionalCheckFailed")
    client: Any = Overtaken(clients.dynamodb, lambda: jobs_table.add(paid()), *codes)
    repeated = DynamoJobsTable(client, "jobs", 30, "accounts").add(paid())
    assert repeated is not None
    assert repeated == jobs_table.get("acme", paid().id)
    assert budgets.read("acme") == Budget(PRICE, reserved=PRICE)


def test_at_a_budget_that_another_s_jobs_used_up_the_refusal_stands(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets
) -> None:
    codes = ("None", "None", "ConditionalCheckFailed")
    client: Any = Overtaken(clients.dynamodb, lambda: jobs_table.add(paid(2)), *codes)
    with pytest.raises(BudgetExceededError):
        DynamoJobsTable(client, "jobs", 30, "accounts").add(paid())
    assert client.transactions == 1


def test_a_refusal_beside_another_s_transaction_is_not_concluded_from(
    clients: Clients, jobs_table: DynamoJobsTable, budgets: Budgets
) -> None:
    codes = ("TransactionConflict", "None", "ConditionalCheckFailed")
    client: Any = Overtaken(clients.dynamodb, lambda: None, *codes)
    assert DynamoJobsTable(client, "jobs", 30, "accounts").add(paid()) is None
    assert budgets.read("acme") == Budget(PRICE, reserved=PRICE)
