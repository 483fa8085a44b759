"""Results that are too long for the state: several pictures, long errors. Nothing of them shows outside."""

from dataclasses import replace

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.jobs.delivery import DeliveryAttempt
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, StoredOutput
from darkroom.ports import JobChangedError, JobsFilter, JobsTable
from memory.jobs import a_job

SENTENCE = "The upstream service failed to generate the image."


def processing(jobs_table: JobsTable, number: int = 1) -> Job:
    job = a_job(number, webhook_url="https://hooks.example.com/a")
    jobs_table.add(job)
    found = jobs_table.get(job.tenant, job.id)
    assert found is not None
    at = job.created_at
    return jobs_table.save(found.submitting(Attempt("att_1", at, 7, at)).processing("pred-1", at))


def with_pictures(job: Job, count: int) -> Job:
    outputs = [
        StoredOutput(f"outputs/{job.tenant}/{job.id}/{n}.png", "image/png", 512, 512 + n, 9, f"{n:064x}")
        for n in range(count)
    ]
    return job.completed(tuple(outputs), 6_000, job.updated_at + 6)


def failed(job: Job, text: str) -> Job:
    return job.failed(JobFailure(ErrorCode.UPSTREAM_FAILED, text), Billed.NO, job.updated_at + 6)


@pytest.mark.parametrize("count", [1, 2, 10])
def test_pictures_are_read_back_as_they_were_whatever_their_number(jobs_table: JobsTable, count: int) -> None:
    saved = jobs_table.save(with_pictures(processing(jobs_table), count))
    assert len(saved.outputs) == count
    assert jobs_table.get(saved.tenant, saved.id) == saved


@pytest.mark.parametrize("text", [SENTENCE, f"{SENTENCE} It says: {'错误' * 150}"])
def test_an_error_is_read_back_whole_whatever_its_length(jobs_table: JobsTable, text: str) -> None:
    saved = jobs_table.save(failed(processing(jobs_table), text))
    assert jobs_table.get(saved.tenant, saved.id) == saved
    assert saved.failure is not None
    assert saved.failure.message == text


def test_a_result_stays_through_the_webhooks_attempts(jobs_table: JobsTable) -> None:
    job = jobs_table.save(with_pictures(processing(jobs_table), 10))
    attempt = DeliveryAttempt(round(job.updated_at, 3), 80, 503, "http_status", None, "e3b0c442")
    job = jobs_table.save(job.deliver(job.delivery.to_try_again(attempt, job.updated_at + 5)))
    job = jobs_table.save(job.deliver(job.delivery.delivered(replace(attempt, status_code=200, error=None))))
    assert jobs_table.get(job.tenant, job.id) == job
    assert len(job.outputs) == 10


def test_a_list_has_the_results_of_all(jobs_table: JobsTable) -> None:
    ended = [jobs_table.save(with_pictures(processing(jobs_table, n), n)) for n in (1, 2, 10)]
    page = jobs_table.list("acme", JobsFilter(), 10, None)
    assert list(page.jobs) == ended[::-1]


def test_who_loses_the_race_to_end_a_job_changes_nothing_of_its_result(jobs_table: JobsTable) -> None:
    job = processing(jobs_table)
    winner = jobs_table.save(failed(job, f"{SENTENCE} {'first ' * 40}"))
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(with_pictures(job, 10))
    assert conflict.value.current == winner
    assert jobs_table.get(job.tenant, job.id) == winner


def test_a_write_on_a_long_result_whose_turn_was_lost_names_what_stands(jobs_table: JobsTable) -> None:
    winner = jobs_table.save(with_pictures(processing(jobs_table), 10))
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(replace(winner, revision="older").hidden())
    assert conflict.value.current == winner


def test_a_picture_of_its_own_costs_no_item_and_several_cost_one(
    clients: Clients, jobs_table_name: str, accounts_table_name: str
) -> None:
    table = DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, accounts_table_name)

    def items() -> int:
        return clients.dynamodb.scan(TableName=jobs_table_name)["Count"]

    table.save(with_pictures(processing(table), 1))
    assert items() == 2
    job = table.save(with_pictures(processing(table, 2), 2))
    table.save(job.hidden())
    assert items() == 2 + 3


def test_a_result_that_has_expired_before_its_state_is_no_job(
    clients: Clients, jobs_table_name: str, accounts_table_name: str
) -> None:
    """DynamoDB deletes what has expired at different times."""
    table = DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, accounts_table_name)
    job = table.save(with_pictures(processing(table), 2))
    [result] = [
        item for item in clients.dynamodb.scan(TableName=jobs_table_name)["Items"] if "#" in item["sk"]["S"]
    ]
    key = {"pk": result["pk"], "sk": result["sk"]}
    clients.dynamodb.delete_item(TableName=jobs_table_name, Key=key)
    assert table.get(job.tenant, job.id) is None
    assert table.list("acme", JobsFilter(), 10, None).jobs == ()
