"""JobsQueue and WebhookQueue on SQS, and the form of their messages."""

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.errors import translated
from darkroom.ports import JobMessage, ThrottledError, Tick

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_MAX_DELAY_SECONDS = 900  # SQS's cap
_A_BATCH = 10  # SQS's most
_NAMES = {"tenant", "job", "tries", "chain"}
_TICK_NAMES = {"tick", "beat"}
_TICKS = "#ticks"


class SqsQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, message: JobMessage | Tick, delay_seconds: float = 0.0) -> None:
        """Raises ThrottledError, whatever SQS answers: the message may then still have been sent."""
        with translated(every_answer=True):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=write_message(message),
                DelaySeconds=whole_delay_seconds(delay_seconds),
                MessageGroupId=_group(message),
            )

    def send_all(self, messages: Sequence[JobMessage]) -> None:
        """Raises ThrottledError, after all were tried: any of them may have been sent."""
        chunks = [messages[first : first + _A_BATCH] for first in range(0, len(messages), _A_BATCH)]
        refused = [code for chunk in chunks for code in self._send_chunk(chunk)]
        if refused:
            raise ThrottledError(f"{len(refused)} of {len(messages)} messages were not sent: {refused[0]}")

    def _send_chunk(self, messages: Sequence[JobMessage]) -> Sequence[str]:
        """For each that was refused the code of the error."""
        entries: Any = [
            {"Id": str(number), "MessageBody": write_message(message), "MessageGroupId": _group(message)}
            for number, message in enumerate(messages)
        ]
        try:
            with translated(every_answer=True):
                reply = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except ThrottledError as error:
            return [str(error)] * len(messages)
        return [entry["Code"] for entry in reply.get("Failed", ())]


def _group(message: JobMessage | Tick) -> str:
    """On a standard queue the group is the tenant of SQS's fair queues: no ordering. Ticks stand apart, under
    what no tenant can be called."""
    return message.tenant if isinstance(message, JobMessage) else _TICKS


def whole_delay_seconds(delay_seconds: float) -> int:
    """SQS counts whole seconds: rounded up, so that a message isn't early, but for less than 1 ms."""
    return min(max(math.ceil(round(delay_seconds, 3)), 0), _MAX_DELAY_SECONDS)


def write_message(message: JobMessage | Tick) -> str:
    return json.dumps(_values(message), separators=(",", ":"))


def _values(message: JobMessage | Tick) -> dict[str, Any]:
    if isinstance(message, Tick):
        return {"tick": message.account, "beat": message.beat}
    return {
        "tenant": message.tenant,
        "job": message.job_id,
        "tries": message.tries,
        "chain": message.chain,
    }


def parse_work(body: str) -> JobMessage | Tick:
    """A message of the JobsQueue. Raises ValueError for anything that `write_message` didn't make."""
    values = _parsed(body)
    if values.keys() == _TICK_NAMES:
        return Tick(_name(values["tick"]), _count(values["beat"]))
    return _job_message(values)


def parse_message(body: str) -> JobMessage:
    """One that names a job. Raises ValueError as `parse_work`."""
    return _job_message(_parsed(body))


def _parsed(body: str) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except RecursionError as error:
        raise ValueError("not a message of ours") from error
    if not isinstance(values, dict):
        raise ValueError("not a message of ours")
    return values


def _job_message(values: dict[str, Any]) -> JobMessage:
    if values.keys() != _NAMES:
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
