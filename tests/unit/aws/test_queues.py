"""The form of the messages: ours are read back, everything else is refused; delays as SQS counts them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.account_items import is_tenant_id
from darkroom.aws.queues import SqsQueue, parse_message, parse_work, whole_delay_seconds, write_message
from darkroom.ports import JobMessage, ThrottledError, Tick

VALID: dict[str, Any] = {"tenant": "acme", "job": "job_1", "tries": 0, "chain": None}
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


@given(st.builds(JobMessage, names, names, st.integers(0, 10**6), st.none() | st.integers(0, 10**6)))
def test_a_message_is_read_back_as_it_was_sent(message: JobMessage) -> None:
    assert parse_message(write_message(message)) == message


@given(st.builds(Tick, names, st.integers(0, 10**9)))
def test_a_tick_is_read_back_by_who_takes_ticks_and_by_nobody_else(tick: Tick) -> None:
    assert parse_work(write_message(tick)) == tick
    with pytest.raises(ValueError, match="not a job's message"):
        parse_message(write_message(tick))


def test_who_takes_ticks_takes_jobs_too() -> None:
    assert parse_work(json.dumps(VALID)) == JobMessage("acme", "job_1")


@pytest.mark.parametrize(
    "body",
    [
        "",
        json.dumps({"tick": "default"}),
        json.dumps({"tick": "default", "beat": -1}),
        json.dumps({"tick": "", "beat": 1}),
        json.dumps({"tick": "default", "beat": 1, "job": "job_1"}),
        "null",
        "[]",
        "7",
        "{",
        '"acme"',
        "[" * 100_000,
        json.dumps({}),
        json.dumps({**VALID, "more": 1}),
        json.dumps({name: VALID[name] for name in ("tenant", "job", "tries")}),
        json.dumps({**VALID, "tenant": ""}),
        json.dumps({**VALID, "tenant": 7}),
        json.dumps({**VALID, "job": None}),
        json.dumps({**VALID, "job": "j" * 65}),
        json.dumps({**VALID, "tries": -1}),
        json.dumps({**VALID, "tries": True}),
        json.dumps({**VALID, "tries": "0"}),
        json.dumps({**VALID, "tries": 1.0}),
        json.dumps({**VALID, "chain": False}),
        json.dumps({**VALID, "chain": -2}),
        '{"tenant":"acme","job":"job_1","tries":' + "9" * 5_000 + ',"chain":null}',
        '{"tenant":"acme","job":"job_1","tries":NaN,"chain":null}',
    ],
)
def test_what_is_not_a_job_s_message_is_refused(body: str) -> None:
    for parse in (parse_message, parse_work):
        with pytest.raises(ValueError):  # noqa: PT011  # any of them: nothing depends on the text
            parse(body)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_a_message_or_refused(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # likewise
        parse_message(body)


@pytest.mark.parametrize(
    ("asked", "whole"),
    [
        (0.0, 0),
        (-5.0, 0),
        (0.0004, 0),
        (0.001, 1),
        (0.2, 1),
        (5.0, 5),
        (5.0000001, 5),
        (5.2, 6),
        (900.0, 900),
    ],
)
def test_a_delay_is_whole_seconds_and_not_early(asked: float, whole: int) -> None:
    assert whole_delay_seconds(asked) == whole


@pytest.mark.parametrize("asked", [899.5, 901.0, 1e9])
def test_a_delay_is_cut_to_what_sqs_takes(asked: float) -> None:
    assert whole_delay_seconds(asked) == 900


@pytest.mark.parametrize("code", ["AccessDenied", "AWS.SimpleQueueService.NonExistentQueue", "InternalError"])
def test_whatever_sqs_answers_a_message_not_sent_is_one_to_send_later(code: str) -> None:
    class Refusing:
        def send_message(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": code}}, "SendMessage")

    refusing: Any = Refusing()
    with pytest.raises(ThrottledError):
        SqsQueue(refusing, "https://sqs.test/queue").send(JobMessage("acme", "job_1"))


class Batches:
    """Refuses the entries of the given numbers, counted over all batches, and those of broken batches."""

    def __init__(self, refused: set[int], broken: set[int]) -> None:
        self.sent: list[str] = []
        self.sizes: list[int] = []
        self._refused, self._broken = refused, broken

    def send_message_batch(self, *, Entries: Any, **_: object) -> Any:  # noqa: N803  # botocore's own name
        self.sizes.append(len(Entries))
        if len(self.sizes) - 1 in self._broken:
            raise ClientError({"Error": {"Code": "InternalError"}}, "SendMessageBatch")
        first = sum(self.sizes[:-1])
        failed = [entry for number, entry in enumerate(Entries, first) if number in self._refused]
        self.sent += [entry["MessageBody"] for entry in Entries if entry not in failed]
        return {
            "Successful": [],
            "Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in failed],
        }


@pytest.mark.parametrize(
    ("refused", "broken", "arrived"), [(set(), set(), 23), ({3, 21}, set(), 21), (set(), {1}, 13)]
)
def test_of_many_messages_all_are_tried_ten_at_once_and_a_refusal_is_told(
    refused: set[int], broken: set[int], arrived: int
) -> None:
    client: Any = Batches(refused, broken)
    messages = [JobMessage("acme", f"job_{number}") for number in range(23)]
    if arrived == 23:
        SqsQueue(client, "https://sqs.test/queue").send_all(messages)
    else:
        with pytest.raises(ThrottledError, match=f"{23 - arrived} of 23 .* InternalError"):
            SqsQueue(client, "https://sqs.test/queue").send_all(messages)
    assert client.sizes == [10, 10, 3]
    assert len(client.sent) == arrived


class _Recording:
    """Takes every message."""

    def __init__(self) -> None:
        self.groups: list[str] = []

    def send_message(self, **message: Any) -> None:
        self.groups.append(message["MessageGroupId"])

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # as boto3 has it
        self.groups += [entry["MessageGroupId"] for entry in Entries]
        return {}


def test_each_tenant_is_a_group_of_sqss_fair_queues() -> None:
    client = _Recording()
    queue = SqsQueue(client, "https://sqs.test/jobs")  # type: ignore[arg-type]  # what a queue calls
    queue.send(JobMessage("acme", "job_1"))
    queue.send_all([JobMessage("acme", "job_2"), JobMessage("globex", "job_3")])
    queue.send(Tick("default", 1))
    assert client.groups[:3] == ["acme", "acme", "globex"]
    assert not is_tenant_id(client.groups[3])
