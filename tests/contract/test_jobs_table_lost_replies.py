"""The jobs table on DynamoDB when replies are lost and workers die: a write must not conflict with itself."""

from dataclasses import replace
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from contract.lossy import LossyClient
from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.jobs.job import Job
from darkroom.ports import IdTakenError, JobChangedError, JobsFilter, ThrottledError
from memory.jobs import a_job


@pytest.fixture
def jobs_table(clients: Clients, jobs_table_name: str) -> DynamoJobsTable:
    return DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, "accounts")


def lossy(clients: Clients, *lost: int, retried: bool) -> DynamoJobsTable:
    client: Any = LossyClient(clients.dynamodb, *lost, retried=retried)
    return DynamoJobsTable(client, "jobs", 30, "accounts")


def added(jobs_table: DynamoJobsTable, job: Job) -> Job:
    assert jobs_table.add(job) is None
    return cast(Job, jobs_table.get(job.tenant, job.id))


def lose_state(clients: Clients, job: Job) -> None:
    """As if the worker had died between the two puts."""
    key: Any = {"pk": {"S": f"{job.tenant}#{job.id}"}, "sk": {"S": "state"}}
    clients.dynamodb.delete_item(TableName="jobs", Key=key)


@pytest.mark.parametrize("retried", [True, False])
@pytest.mark.parametrize("lost", [(1,), (2,), (1, 2)])
def test_an_added_job_is_new_although_replies_were_lost(
    clients: Clients, jobs_table: DynamoJobsTable, lost: tuple[int, ...], retried: bool
) -> None:
    assert lossy(clients, *lost, retried=retried).add(a_job()) is None
    assert jobs_table.get("acme", a_job().id) is not None


@pytest.mark.parametrize("retried", [True, False])
def test_a_saved_move_counts_although_its_reply_was_lost(
    clients: Clients, jobs_table: DynamoJobsTable, retried: bool
) -> None:
    job = added(jobs_table, a_job())
    saved = lossy(clients, 1, retried=retried).save(job.cancelled(job.created_at + 1))
    assert jobs_table.get(job.tenant, job.id) == saved


def test_a_write_that_never_left_is_throttled_and_changes_nothing(
    clients: Clients, jobs_table: DynamoJobsTable
) -> None:
    class Unreachable(LossyClient):
        def put_item(self, **request: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    job = added(jobs_table, a_job())
    unreachable: Any = Unreachable(clients.dynamodb, retried=False)
    with pytest.raises(ThrottledError):
        DynamoJobsTable(unreachable, "jobs", 30, "accounts").save(job.cancelled(job.created_at + 1))
    assert jobs_table.get(job.tenant, job.id) == job


def test_somebody_else_s_move_is_never_taken_for_ours(clients: Clients, jobs_table: DynamoJobsTable) -> None:
    job = added(jobs_table, a_job())
    theirs = jobs_table.save(job.cancelled(job.created_at + 1))
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(job.cancelled(job.created_at + 1))
    assert conflict.value.current == theirs


def test_a_half_written_job_does_not_exist_yet(clients: Clients, jobs_table: DynamoJobsTable) -> None:
    job = added(jobs_table, a_job())
    lose_state(clients, job)
    assert jobs_table.get(job.tenant, job.id) is None


def test_the_same_request_takes_up_a_half_written_job(clients: Clients, jobs_table: DynamoJobsTable) -> None:
    lose_state(clients, added(jobs_table, a_job()))
    again = added(jobs_table, replace(a_job(), created_at=1_760_000_500.0))
    assert again.created_at == 1_760_000_500.0


def test_another_request_may_not_replace_a_half_written_one(
    clients: Clients, jobs_table: DynamoJobsTable
) -> None:
    lose_state(clients, added(jobs_table, a_job(prompt="the first")))
    with pytest.raises(IdTakenError) as taken:
        jobs_table.add(a_job(prompt="the second"))
    assert taken.value.job.request.prompt == "the first"
    assert added(jobs_table, a_job(prompt="the first")).request.prompt == "the first"


def test_an_expired_job_that_is_not_deleted_yet_gives_its_id_away(
    clients: Clients, jobs_table: DynamoJobsTable
) -> None:
    added(jobs_table, a_job(prompt="last month"))
    later = a_job().created_at + 31 * 86_400
    assert added(jobs_table, a_job(prompt="today", created_at=later)).request.prompt == "today"


def test_what_a_busy_index_read_leaves_out_is_read_again(
    clients: Clients, jobs_table: DynamoJobsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(LossyClient):
        def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803  # botocore's own name
            keys = RequestItems["jobs"]["Keys"]
            reply = self._real.batch_get_item(RequestItems={"jobs": {"Keys": keys[:2]}})
            left = {"jobs": {"Keys": keys[2:]}} if keys[2:] else {}
            return {**reply, "UnprocessedKeys": left}

    for number in range(2):
        jobs_table.add(a_job(number))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    busy: Any = Busy(clients.dynamodb, retried=False)
    assert len(DynamoJobsTable(busy, "jobs", 30, "accounts").list("acme", JobsFilter(), 10, None).jobs) == 2
