"""The form of the messages: ours are read back, everything else is refused; delays as SQS counts them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.queues import SqsQueue, parse_message, whole_delay_seconds, write_message
from darkroom.ports import JobMessage, ThrottledError

VALID: dict[str, Any] = {"tenant": "acme", "job": "job_1", "tries": 0, "chain": None}
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


@given(st.builds(JobMessage, names, names, st.integers(0, 10**6), st.none() | st.integers(0, 10**6)))
def test_a_message_is_read_back_as_it_was_sent(message: JobMessage) -> None:
    assert parse_message(write_message(message)) == message


@pytest.mark.parametrize(
    "body",
    [
        "",
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
    with pytest.raises(ValueError):  # noqa: PT011  # any of them: nothing depends on the text
        parse_message(body)


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
