"""The local stack seen from outside while something is measured: its functions, their CPU, its queues."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from local import aws
from local.home import Home

_DRAINED_SECONDS = 180.0
_LAST_WRITES_SECONDS = 1.0
_TICKS_A_SECOND = 100
"""proc(5): USER_HZ."""
_QUEUES = ("jobs_queue_url", "webhook_queue_url", "slow_webhook_queue_url")
_LEFT = ("", "Delayed", "NotVisible")

Functions = Mapping[str, Mapping[str, Any]]
"""Their configurations by logical id, in lower case."""


def home_of(state: Mapping[str, Any]) -> Home:
    return Home(int(state["aws_endpoint_url"].rsplit(":", 1)[1]))


def functions_of(home: Home) -> Functions:
    names = {physical: logical.lower() for logical, physical in aws.physical_ids(home).items()}
    pages = aws.client("lambda", home).get_paginator("list_functions").paginate()
    found = [function for page in pages for function in page["Functions"]]
    return {names[each["FunctionName"]]: each for each in found if each["FunctionName"] in names}


@contextmanager
def without_schedule(home: Home) -> Iterator[None]:
    """What the reconciler asks each minute belongs to no job."""
    events = aws.client("events", home)
    rules = [rule["Name"] for rule in events.list_rules()["Rules"]]
    for rule in rules:
        events.disable_rule(Name=rule)
    try:
        yield
    finally:
        for rule in rules:
            events.enable_rule(Name=rule)


def wait_for_empty_queues(home: Home, state: Mapping[str, Any]) -> None:
    """Until no message is left, the delayed ones too. Raises TimeoutError."""
    ends_at = time.monotonic() + _DRAINED_SECONDS
    sqs = aws.client("sqs", home)
    while time.monotonic() < ends_at:
        if not sum(_messages_left(sqs, state[name]) for name in _QUEUES):
            time.sleep(_LAST_WRITES_SECONDS)
            return
        time.sleep(0.5)
    raise TimeoutError("messages are left in the queues")


def cpu_seconds(functions: Functions, state: Mapping[str, Any]) -> dict[str, float]:
    """By function, of the processes that there are; zeros where the system has no /proc."""
    emulator = int(state["processes"]["emulator"]["pid"])
    by_name = {function["FunctionName"]: name for name, function in functions.items()}
    used = dict.fromkeys(functions, 0.0)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == emulator:
                name = by_name.get(_lambda_name((process / "environ").read_bytes()), "")
                if name:
                    used[name] += (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
    return used


def _lambda_name(environment: bytes) -> str:
    variables = (entry.partition(b"=") for entry in environment.split(b"\0"))
    return next((value.decode() for name, _, value in variables if name == b"AWS_LAMBDA_FUNCTION_NAME"), "")


def _messages_left(sqs: Any, queue_url: str) -> int:
    names = [f"ApproximateNumberOfMessages{kind}" for kind in _LEFT]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)
