"""What a job's life does to its payers' budgets: on the fake, and on DynamoDB."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from darkroom.aws.budgets import Budgets
from darkroom.jobs.booking import Booking
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, StoredOutput, Terms
from darkroom.jobs.money import Budget
from darkroom.ports import BudgetExceededError, IdTakenError, JobChangedError, JobsTable
from memory.budgets import MemoryBudgets
from memory.jobs import a_job
from memory.jobs_table import MemoryJobsTable

PRICE = 27_000
AT = a_job().created_at + 5
FAILURE = JobFailure(ErrorCode.UPSTREAM_FAILED, "It failed.")
OUTPUT = StoredOutput("outputs/acme/job_1/0.png", "image/png", 1024, 1024, 9, "ab" * 32)


@pytest.fixture
def budgets(jobs_table: JobsTable, request: pytest.FixtureRequest) -> Budgets | MemoryBudgets:
    if isinstance(jobs_table, MemoryJobsTable):
        return jobs_table.budgets
    return Budgets(request.getfixturevalue("clients").dynamodb, "accounts")


def paid(number: int = 1, *payers: str, **changes: object) -> Job:
    return a_job(number, terms=Terms(PRICE, payers or ("acme",)), **changes)


def added(jobs_table: JobsTable, job: Job) -> Job:
    assert jobs_table.add(job) is None
    stored = jobs_table.get(job.tenant, job.id)
    assert stored is not None
    return stored


def under_way(jobs_table: JobsTable, job: Job) -> Job:
    saved = jobs_table.save(added(jobs_table, job).submitting(Attempt("att_1", AT, 7, AT)))
    return jobs_table.save(saved.processing("pred-1", AT))


def test_an_accepted_job_is_reserved(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 100_000)
    assert added(jobs_table, paid()).booked is Booking.RESERVED
    assert budgets.read("acme") == Budget(100_000, spent=0, reserved=PRICE)


def test_a_job_without_payers_is_booked_nowhere(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 100_000)
    job = added(jobs_table, a_job())
    ended = jobs_table.save(job.cancelled(AT))
    assert (job.booked, ended.booked) == (None, None)
    assert budgets.read("acme") == Budget(100_000)


@pytest.mark.parametrize(
    ("end", "spent"),
    [
        (lambda job: job.completed((OUTPUT,), 6_000, AT), PRICE),
        (lambda job: job.failed(FAILURE, Billed.YES, AT), PRICE),
        (lambda job: job.failed(FAILURE, Billed.UNKNOWN, AT), PRICE),
        (lambda job: job.failed(FAILURE, Billed.NO, AT), 0),
        (lambda job: job.cancelled(AT), PRICE),
    ],
)
def test_an_end_settles_what_was_reserved(
    jobs_table: JobsTable, budgets: Budgets, end: Callable[[Job], Job], spent: int
) -> None:
    budgets.set_cap("acme", 100_000)
    ended = jobs_table.save(end(under_way(jobs_table, paid())))
    assert budgets.read("acme") == Budget(100_000, spent=spent, reserved=0)
    assert ended.booked is (Booking.SPENT if spent else Booking.RELEASED)
    assert jobs_table.get(ended.tenant, ended.id) == ended


def test_a_waiting_job_that_is_cancelled_costs_nothing(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", PRICE)
    jobs_table.save(added(jobs_table, paid()).cancelled(AT))
    assert budgets.read("acme") == Budget(PRICE)


def test_what_is_known_only_later_is_refunded_or_charged_even_beyond_the_cap(
    jobs_table: JobsTable, budgets: Budgets
) -> None:
    budgets.set_cap("acme", PRICE)
    lost = jobs_table.save(under_way(jobs_table, paid(1)).failed(FAILURE, Billed.UNKNOWN, AT))
    refunded = jobs_table.save(lost.settled(Billed.NO))
    assert budgets.read("acme") == Budget(PRICE)
    added(jobs_table, paid(2))
    charged = jobs_table.save(refunded.settled(Billed.YES))
    budget = budgets.read("acme")
    assert budget == Budget(PRICE, spent=PRICE, reserved=PRICE)
    assert budget.left == -PRICE
    assert charged.booked is Booking.SPENT


def test_a_save_that_loses_its_race_settles_nothing(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 100_000)
    job = under_way(jobs_table, paid())
    winner = jobs_table.save(job.failed(FAILURE, Billed.NO, AT))
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(job.completed((OUTPUT,), 6_000, AT))
    assert conflict.value.current == winner
    assert budgets.read("acme") == Budget(100_000)


def test_further_writes_of_an_ended_job_book_nothing_again(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 100_000)
    ended = jobs_table.save(under_way(jobs_table, paid()).completed((OUTPUT,), 6_000, AT))
    jobs_table.save(jobs_table.save(ended.due(AT + 60)).due(None))
    assert budgets.read("acme") == Budget(100_000, spent=PRICE)


def test_both_payers_are_booked_and_each_can_stand_in_the_way(
    jobs_table: JobsTable, budgets: Budgets
) -> None:
    budgets.set_cap("acme", 3 * PRICE)
    budgets.set_cap("owner", PRICE)
    job = under_way(jobs_table, paid(1, "acme", "owner"))
    with pytest.raises(BudgetExceededError) as exceeded:
        jobs_table.add(paid(2, "acme", "owner"))
    assert (exceeded.value.payer, exceeded.value.budget) == ("owner", Budget(PRICE, reserved=PRICE))
    assert budgets.read("acme") == Budget(3 * PRICE, reserved=PRICE)
    jobs_table.save(job.completed((OUTPUT,), 6_000, AT))
    assert budgets.read("acme") == Budget(3 * PRICE, spent=PRICE)
    assert budgets.read("owner") == Budget(PRICE, spent=PRICE)


def test_at_the_cap_nothing_is_written(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 2 * PRICE - 1)
    added(jobs_table, paid(1))
    with pytest.raises(BudgetExceededError) as exceeded:
        jobs_table.add(paid(2))
    assert exceeded.value.budget == Budget(2 * PRICE - 1, reserved=PRICE)
    assert jobs_table.get("acme", paid(2).id) is None


def test_a_payer_without_a_budget_lets_nothing_in(jobs_table: JobsTable) -> None:
    with pytest.raises(BudgetExceededError) as exceeded:
        jobs_table.add(paid())
    assert exceeded.value.budget is None


def test_several_jobs_are_accepted_together_or_not_at_all(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 3 * PRICE)
    assert jobs_table.add_all([paid(number) for number in range(3)]) == [None, None, None]
    assert budgets.read("acme") == Budget(3 * PRICE, reserved=3 * PRICE)
    budgets.set_cap("acme", 5 * PRICE)
    with pytest.raises(BudgetExceededError):
        jobs_table.add_all([paid(number) for number in range(3, 6)])
    assert [jobs_table.get("acme", paid(number).id) for number in range(3, 6)] == [None, None, None]


def test_several_jobs_without_payers_are_accepted_together_too(jobs_table: JobsTable) -> None:
    assert jobs_table.add_all([a_job(1), a_job(2)]) == [None, None]
    with pytest.raises(IdTakenError):
        jobs_table.add_all([a_job(3), a_job(2, prompt="another")])
    assert jobs_table.get("acme", a_job(3).id) is None


def test_jobs_that_stand_are_given_back_and_not_reserved_again(
    jobs_table: JobsTable, budgets: Budgets
) -> None:
    budgets.set_cap("acme", 3 * PRICE)
    first = under_way(jobs_table, paid(1))
    assert jobs_table.add_all([paid(1), paid(2)]) == [first, None]
    assert jobs_table.add(paid(1)) == first
    assert budgets.read("acme") == Budget(3 * PRICE, reserved=2 * PRICE)


def test_a_repeat_at_the_cap_is_answered_with_the_job_that_stands(
    jobs_table: JobsTable, budgets: Budgets
) -> None:
    budgets.set_cap("acme", PRICE)
    job = added(jobs_table, paid())
    assert jobs_table.add(paid()) == job


def test_an_id_taken_by_another_request_leaves_all_out(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 9 * PRICE)
    added(jobs_table, paid(2))
    with pytest.raises(IdTakenError) as taken:
        jobs_table.add_all([paid(1), paid(2, prompt="something else")])
    assert taken.value.job.id == paid(2).id
    assert jobs_table.get("acme", paid(1).id) is None
    assert budgets.read("acme") == Budget(9 * PRICE, reserved=PRICE)


def test_a_job_settles_although_its_payers_budget_is_gone(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 2 * PRICE)
    budgets.set_cap("owner", 2 * PRICE)
    job = under_way(jobs_table, paid(1, "acme", "owner"))
    budgets.remove("acme")
    jobs_table.save(job.completed((OUTPUT,), 6_000, AT))
    assert budgets.read("acme") is None
    assert budgets.read("owner") == Budget(2 * PRICE, spent=PRICE)


def test_a_cap_moves_and_what_is_booked_stays(jobs_table: JobsTable, budgets: Budgets) -> None:
    budgets.set_cap("acme", 2 * PRICE)
    added(jobs_table, paid(1))
    budgets.set_cap("acme", PRICE - 1)
    budget = budgets.read("acme")
    assert budget == Budget(PRICE - 1, reserved=PRICE)
    with pytest.raises(BudgetExceededError):
        jobs_table.add(paid(2))
    budgets.set_cap("acme", 2 * PRICE)
    added(jobs_table, paid(2))


def test_under_a_lifted_cap_jobs_settle_and_a_cap_set_later_counts_on(
    jobs_table: JobsTable, budgets: Budgets
) -> None:
    budgets.set_cap("acme", PRICE)
    job = under_way(jobs_table, paid(1))
    budgets.set_cap("acme", None)
    assert budgets.read("acme") is None
    added(jobs_table, paid(2))  # of a caller who was authorized before
    jobs_table.save(job.completed((OUTPUT,), 6_000, AT))
    budgets.set_cap("acme", 5 * PRICE)
    budget = budgets.read("acme")
    assert budget == Budget(5 * PRICE, spent=PRICE, reserved=PRICE)
    with pytest.raises(BudgetExceededError):
        jobs_table.add_all([paid(number) for number in range(3, 7)])


def test_no_cap_is_no_budget(budgets: Budgets) -> None:
    budgets.set_cap("acme", None)
    assert budgets.read("acme") is None


def test_an_unknown_price_is_booked_nowhere(jobs_table: JobsTable) -> None:
    job = replace(paid(), terms=Terms(None, ("acme",)))
    assert added(jobs_table, job).booked is None
