"""Fifty threads at the cap: exactly as many jobs as it pays for, on the fake and on DynamoDB's adapter."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from darkroom.aws.budgets import Budgets
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.jobs.job import Billed, Job, Terms
from darkroom.jobs.money import Budget
from darkroom.ports import BudgetExceededError, JobsTable
from memory.budgets import MemoryBudgets
from memory.jobs import a_job
from memory.jobs_table import MemoryJobsTable

PRICE = 27_000
CAP = 20 * PRICE + 5_000


class Serialised:
    """moto's writes one at a time: under threads they lose updates. Now and then another one is in the way,
    as on DynamoDB."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._lock = threading.Lock()
        self._transactions = 0

    def transact_write_items(self, **request: Any) -> Any:
        with self._lock:
            self._transactions += 1
            if self._transactions % 3 == 0:
                reasons = [{"Code": "TransactionConflict"}] * len(request["TransactItems"])
                code = {"Code": "TransactionCanceledException"}
                error: Any = {"Error": code, "CancellationReasons": reasons}
                raise self._real.exceptions.TransactionCanceledException(error, "TransactWriteItems")
            return self._real.transact_write_items(**request)

    def query(self, **request: Any) -> Any:
        with self._lock:
            return self._real.query(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.fixture(params=["memory", "dynamodb"])
def table_and_budgets(request: pytest.FixtureRequest) -> tuple[JobsTable, Budgets | MemoryBudgets]:
    if request.param == "memory":
        table = MemoryJobsTable()
        return table, table.budgets
    request.getfixturevalue("jobs_table_name")
    request.getfixturevalue("accounts_table_name")
    client: Any = Serialised(request.getfixturevalue("clients").dynamodb)
    return DynamoJobsTable(client, "jobs", 30, "accounts"), Budgets(client, "accounts")


def test_fifty_threads_never_pass_the_cap(table_and_budgets: tuple[JobsTable, Budgets]) -> None:
    table, budgets = table_and_budgets
    budgets.set_cap("acme", CAP)
    jobs = [a_job(number, terms=Terms(PRICE, ("acme",))) for number in range(50)]

    def accepted(job: Job) -> bool:
        try:
            return table.add(job) is None
        except BudgetExceededError:
            return False

    with ThreadPoolExecutor(50) as threads:
        let_in = [job for job, ok in zip(jobs, threads.map(accepted, jobs), strict=True) if ok]
    assert len(let_in) == 20
    assert budgets.read("acme") == Budget(CAP, reserved=20 * PRICE)

    def ended(job: Job) -> None:
        stored = table.get(job.tenant, job.id)
        assert stored is not None
        table.save(
            stored.cancelled(job.created_at + 1).settled(Billed.YES if job.id < a_job(25).id else Billed.NO)
        )

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(ended, let_in))
    charged = len([job for job in let_in if job.id < a_job(25).id])
    assert budgets.read("acme") == Budget(CAP, spent=charged * PRICE)
