"""JobsQueue and WebhookQueue on SQS, and the form of their messages."""

import json
import math
from typing import TYPE_CHECKING, Any

from darkroom.aws.errors import translated
from darkroom.ports import JobMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_MAX_DELAY_SECONDS = 900  # SQS's cap
_NAMES = {"tenant", "job", "tries", "chain"}


class SqsQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, message: JobMessage, delay_seconds: float = 0.0) -> None:
        """Raises ThrottledError, whatever SQS answers: the message may then still have been sent."""
        with translated(every_answer=True):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=write_message(message),
                DelaySeconds=whole_delay_seconds(delay_seconds),
                # On a standard queue the group is the tenant of SQS's fair queues: no ordering.
                MessageGroupId=message.tenant,
            )


def whole_delay_seconds(delay_seconds: float) -> int:
    """SQS counts whole seconds: rounded up, so that a message isn't early, but for less than 1 ms."""
    return min(max(math.ceil(round(delay_seconds, 3)), 0), _MAX_DELAY_SECONDS)


def write_message(message: JobMessage) -> str:
    return json.dumps(
        {
            "tenant": message.tenant,
            "job": message.job_id,
            "tries": message.tries,
            "chain": message.chain,
        },
        separators=(",", ":"),
    )


def parse_message(body: str) -> JobMessage:
    """Raises ValueError for anything that `write_message` didn't make."""
    try:
        values = json.loads(body)
    except RecursionError as error:
        raise ValueError("not a job's message") from error
    if not isinstance(values, dict) or values.keys() != _NAMES:
        raise ValueError("not a job's message")
    return JobMessage(
        tenant=_name(values["tenant"]),
        job_id=_name(values["job"]),
        tries=_count(values["tries"]),
        chain=None if values["chain"] is None else _count(values["chain"]),
    )


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise ValueError("a message's tenant and job are short strings")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:  # a bool is an int too
        raise ValueError("a message's counts are whole numbers")
    return value
