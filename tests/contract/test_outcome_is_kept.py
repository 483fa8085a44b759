"""A POST's outcome whose write on DynamoDB landed, unseen: its repeat knows it for its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from contract.lossy import LossyClient
from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job
from darkroom.usecases.save import save_and_clear
from memory.jobs import a_job
from memory.world import World

FAILURE = JobFailure(ErrorCode.UPSTREAM_REJECTED, "no such size")


class Unseen(LossyClient):
    """The look whether the write has landed times out too, once."""

    looked = False

    def get_item(self, **request: Any) -> Any:
        if not self.looked:
            self.looked = True
            raise ReadTimeoutError(endpoint_url="https://dynamodb.test")
        return self._real.get_item(**request)


@pytest.mark.parametrize(
    "move",
    [
        lambda job: job.requeued(job.updated_at + 0.7),
        lambda job: job.failed(FAILURE, Billed.NO, job.updated_at + 1 / 3),
        lambda job: job.cancelled(job.updated_at + 0.1).settled(Billed.NO),
    ],
    ids=["requeued", "failed", "settled"],
)
def test_an_outcome_that_landed_unseen_is_known_for_ones_own(
    clients: Clients, jobs_table_name: str, move: Callable[[Job], Job]
) -> None:
    table = DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, "accounts")
    new = a_job(webhook_url="https://hooks.example.com/darkroom")
    table.add(new)
    job = table.get(new.tenant, new.id)
    assert job is not None
    taken_at = job.created_at + 2 / 3
    intent = table.save(job.submitting(Attempt("att_1", taken_at + 0.1, 7, taken_at)))
    client: Any = Unseen(clients.dynamodb, 1, retried=False)
    world = World()
    poller = replace(world.poller, jobs=DynamoJobsTable(client, jobs_table_name, 30, "accounts"))
    saved, slot = save_and_clear(poller, intent, move)
    assert client.looked
    assert slot == taken_at
    assert saved == table.get(job.tenant, job.id)
    assert saved.slot_taken_at is None
