"""What the functions wrote to their logs: each invocation with its lines and their bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.aws_prices import LOG_EVENT_BYTES


@dataclass(frozen=True, slots=True)
class Invocation:
    """`own_bytes`: of our lines; `platform_bytes`: of START, END and REPORT. As they are billed."""

    function: str
    lines: tuple[str, ...]
    own_bytes: int
    platform_bytes: int

    def says(self, *messages: str) -> bool:
        return any(f'"message":"{message}"' in line for line in self.lines for message in messages)


def invocations(client: Any, stack_name: str, since: float) -> list[Invocation]:
    """Those that ended at `since` or later, by `client`, one of CloudWatch Logs; in no order."""
    prefix = f"/aws/lambda/{stack_name}/"
    groups = client.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return [
        invocation
        for group in groups
        for stream in _streams(client, group["logGroupName"])
        for invocation in split(
            group["logGroupName"].removeprefix(prefix),
            _events(client, group["logGroupName"], stream, since),
        )
    ]


def split(function: str, messages: list[str]) -> Iterator[Invocation]:
    """A stream is one process's: its invocations stand one after another, each from START to REPORT."""
    lines: list[str] = []
    platform = 0
    for message in messages:
        if message.startswith(("START ", "END ", "REPORT ")):
            platform += _billed_bytes(message)
        else:
            lines.append(message)
        if message.startswith("REPORT "):
            yield Invocation(function, tuple(lines), sum(map(_billed_bytes, lines)), platform)
            lines, platform = [], 0


def _billed_bytes(message: str) -> int:
    return len(message.encode()) + LOG_EVENT_BYTES


def _streams(client: Any, group: str) -> Iterator[str]:
    for page in client.get_paginator("describe_log_streams").paginate(logGroupName=group):
        yield from (stream["logStreamName"] for stream in page["logStreams"])


def _events(client: Any, group: str, stream: str, since: float) -> list[str]:
    asked = {
        "logGroupName": group,
        "logStreamName": stream,
        "startTime": int(since * 1000),
        "startFromHead": True,
    }
    messages: list[str] = []
    token = ""
    while True:
        page = client.get_log_events(**asked, **({"nextToken": token} if token else {}))
        messages += [event["message"] for event in page["events"]]
        if not page["events"] or page["nextForwardToken"] == token:
            return messages
        token = page["nextForwardToken"]
