"""The operator's command that puts dead letters back on their queue. Part of `darkroom.admin`.

Not SQS's own task for it (StartMessageMoveTask): that one can't say which jobs its messages stand for.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.aws.queues import SqsQueue, parse_message, parse_work
from darkroom.aws.stack import StackOutputs
from darkroom.ports import JobKey, JobMessage, JobsTable, Queue, Tick

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Message = JobMessage | Tick

COMMAND = "redrive"
_PARSERS: dict[str, Callable[[str], Message]] = {"jobs": parse_work, "webhooks": parse_message}
_QUEUES = {"jobs": "Jobs", "webhooks": "Webhook"}
_A_BATCH = 10  # SQS's most
_HIDDEN_SECONDS = 60
_WAIT_SECONDS = 2  # without a wait SQS asks some of its servers only
_MOST_SHOWN = 100


@dataclass
class Redriven:
    moved: int = 0
    jobs: dict[JobKey, None] = field(default_factory=dict)
    """In the order in which they came."""
    unreadable: set[str] = field(default_factory=set)
    """Ids of messages that no function can read. They stay where they are: they would only die again."""


def add_parser(commands: "argparse._SubParsersAction[Any]", stack: argparse.ArgumentParser) -> None:
    redrive = commands.add_parser(COMMAND, parents=[stack], help="dead letters go back on their queue")
    redrive.add_argument("queue", choices=list(_QUEUES))


def run(options: argparse.Namespace, outputs: StackOutputs, clients: Clients) -> dict[str, Any]:
    """Raises ThrottledError: what was moved by then is moved, and nothing is lost."""
    name = _QUEUES[options.queue]
    queue = SqsQueue(clients.sqs, outputs.queue_url(f"{name}Queue"))
    dead = outputs.queue_url(f"{name}DeadLetterQueue")
    done = redrive(clients.sqs, dead, queue, _PARSERS[options.queue])
    jobs = DynamoJobsTable(clients.dynamodb, outputs.jobs_table, 0, outputs.accounts_table)  # only read
    shown = list(done.jobs)[:_MOST_SHOWN]
    return {
        "queue": options.queue,
        "moved": done.moved,
        "jobs": {key.job_id: state_of(jobs, key) for key in shown},
        "jobs_not_shown": len(done.jobs) - len(shown),
        "left_unreadable": sorted(done.unreadable),
    }


def redrive(
    client: "SQSClient", dead: str, queue: Queue, parse: Callable[[str], Message], wait: int = _WAIT_SECONDS
) -> Redriven:
    """`dead`: a dead-letter queue's URL. Raises ThrottledError."""
    done = Redriven()
    while letters := _received(client, dead, wait):
        for letter in letters:
            try:
                message = parse(letter["Body"])
            except ValueError:
                done.unreadable.add(letter["MessageId"])
                continue
            # Sent first: broken off before the delete, it stands in both, and to come twice does no harm
            queue.send(message)
            client.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
            done.moved += 1
            if isinstance(message, JobMessage):
                done.jobs[JobKey(message.tenant, message.job_id)] = None
    return done


def state_of(jobs: JobsTable, key: JobKey) -> str:
    """In the words of the job's record."""
    job = jobs.get(key.tenant, key.job_id)
    if job is None:
        return "unknown"
    ended = f"{job.status} ({job.failure.code})" if job.failure else str(job.status)
    return f"{ended}, webhook {job.delivery.status}"


def _received(client: "SQSClient", dead: str, wait: int) -> list[Any]:
    reply = client.receive_message(
        QueueUrl=dead,
        MaxNumberOfMessages=_A_BATCH,
        VisibilityTimeout=_HIDDEN_SECONDS,
        WaitTimeSeconds=wait,
    )
    return list(reply.get("Messages", []))
