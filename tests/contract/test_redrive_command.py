"""Dead letters go back on their queue: none is lost, and each job that they name says how it stands."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from contract.test_accounts_commands import StackClients
from darkroom.admin import main
from darkroom.admin_redrive import Redriven, redrive
from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.aws.queues import SqsQueue, parse_message, parse_work, write_message
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed
from darkroom.ports import JobKey, JobMessage, ThrottledError, Tick
from memory.jobs import a_job

OUTPUTS = {"AccountsTableName": "accounts", "JobsTableName": "jobs"}


class KilledError(BaseException):
    """Nothing of the command runs after it."""


@dataclass(frozen=True)
class Queues:
    clients: Clients
    url: str
    dead: str

    def die(self, *bodies: str) -> None:
        for body in bodies:
            self.clients.sqs.send_message(QueueUrl=self.dead, MessageBody=body)

    def bodies(self, url: str) -> list[str]:
        """Of all that stand in it, hidden for a moment or not."""
        for handle in self._hidden(url):
            self.clients.sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0
            )
        received: list[Any] = []
        while more := self._receive(url):
            received += more
        return sorted(message["Body"] for message in received)

    def redrive(self, client: Any = None, url: str = "") -> Redriven:
        sqs = self.clients.sqs
        return redrive(client or sqs, self.dead, SqsQueue(sqs, url or self.url), parse_work, 0)

    def _receive(self, url: str) -> list[Any]:
        reply = self.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        return list(reply.get("Messages", []))

    def _hidden(self, url: str) -> list[str]:
        from moto.sqs.models import sqs_backends

        [queue] = [
            each
            for account in sqs_backends.values()
            for region in account.values()
            for each in region.queues.values()
            if each.name == url.rsplit("/", 1)[1]
        ]
        return [message.receipt_handle for message in queue._messages if message.receipt_handle]


class Killing:
    """An SQS whose caller is killed before the delete that follows so many others."""

    def __init__(self, client: Any, deletes: int) -> None:
        self._client = client
        self._left = deletes
        self.receive_message = client.receive_message

    def delete_message(self, **wanted: Any) -> None:
        if self._left == 0:
            raise KilledError
        self._left -= 1
        self._client.delete_message(**wanted)


@pytest.fixture
def queues(clients: Clients) -> Queues:
    url, dead = (clients.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("jobs", "dead"))
    return Queues(clients, url, dead)


@pytest.fixture
def command(
    queues: Queues, jobs_table_name: str, accounts_table_name: str, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], Any]:
    def command(name: str) -> Any:
        logical = {"jobs": "Jobs", "webhooks": "Webhook"}[name]
        urls = {f"{logical}QueueUrl": queues.url, f"{logical}DeadLetterQueueUrl": queues.dead}
        clients = StackClients(queues.clients, OUTPUTS | urls)
        assert main(["redrive", name, "--stack", "here"], lambda region: clients) == 0
        return json.loads(capsys.readouterr().out)

    return command


def message(number: int) -> str:
    return write_message(JobMessage("acme", f"job_{number}", tries=3, chain=2))


def test_every_letter_goes_back_as_it_was(queues: Queues) -> None:
    letters = [*(message(number) for number in range(23)), write_message(Tick("stack", 7))]
    queues.die(*letters)
    done = queues.redrive()
    assert done.moved == 24
    assert set(done.jobs) == {JobKey("acme", f"job_{number}") for number in range(23)}
    assert queues.bodies(queues.url) == sorted(letters)
    assert queues.bodies(queues.dead) == []


@pytest.mark.parametrize("deletes", range(4))
def test_killed_before_any_delete_it_loses_none(queues: Queues, deletes: int) -> None:
    letters = [message(number) for number in range(4)]
    queues.die(*letters)
    with pytest.raises(KilledError):
        queues.redrive(Killing(queues.clients.sqs, deletes))
    sent, left = queues.bodies(queues.url), queues.bodies(queues.dead)
    assert {*sent, *left} == {*letters}
    assert (len(sent), len(left)) == (deletes + 1, 4 - deletes)


def test_a_queue_that_takes_nothing_costs_no_letter(queues: Queues) -> None:
    queues.die(message(1))
    with pytest.raises(ThrottledError):
        queues.redrive(url=queues.url + "-gone")
    assert queues.bodies(queues.dead) == [message(1)]


def test_what_nobody_can_read_stays_and_is_told(queues: Queues, command: Callable[[str], Any]) -> None:
    queues.die("no message of ours", message(1))
    answer = command("jobs")
    assert (answer["moved"], len(answer["left_unreadable"])) == (1, 1)
    assert queues.bodies(queues.dead) == ["no message of ours"]


def test_each_job_that_a_letter_names_says_how_it_stands(
    queues: Queues, command: Callable[[str], Any]
) -> None:
    table = DynamoJobsTable(queues.clients.dynamodb, "jobs", 30, "accounts")
    waiting, failed = a_job(1), a_job(2)
    for job in (waiting, failed):
        table.add(job)
    failure = JobFailure(ErrorCode.DEADLINE_EXCEEDED, "The job could not be brought to its end in time.")
    stored = table.get(failed.tenant, failed.id)
    assert stored is not None
    table.save(stored.failed(failure, Billed.NO, stored.created_at + 1))
    queues.die(*(write_message(JobMessage(job.tenant, job.id)) for job in (waiting, failed)), message(9))
    answer = command("webhooks")
    assert (answer["queue"], answer["moved"], answer["jobs_not_shown"]) == ("webhooks", 3, 0)
    states = {job_id: state.split(",")[0] for job_id, state in answer["jobs"].items()}
    assert states == {waiting.id: "queued", failed.id: "failed (deadline_exceeded)", "job_9": "unknown"}
    assert [parse_message(body).job_id for body in queues.bodies(queues.url)]
