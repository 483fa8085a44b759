"""Runs jobs on the local stack and counts all that AWS would bill for them."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.durations import Function, gb_seconds
from benchmarks.function_logs import Invocation, invocations
from benchmarks.local_stack import (
    cpu_seconds,
    functions_of,
    home_of,
    wait_for_empty_queues,
    without_schedule,
)
from benchmarks.requests import Request, RequestCounter, function_keys
from benchmarks.table_units import TableUnits
from benchmarks.usage import Usage
from local import aws

_BEHIND_THE_API = ("submit", "callback", "query", "accounts")
_BEHIND_A_QUEUE = ("poller", "webhook")


@dataclass(frozen=True, slots=True)
class Counted:
    """`requests`: by function, operation and kind. `cpu_ms`: of a job, by function."""

    usage: Usage
    units: TableUnits
    requests: Counter[str]
    invocations: Sequence[Invocation]
    cpu_ms: Mapping[str, float]


def counted(state: Mapping[str, Any], jobs: int, run: Callable[[], None]) -> Counted:
    """`run` makes so many jobs and returns when their webhooks have come; what follows is waited for.

    Raises RuntimeError where not all of them completed: a bill for less would look cheap.
    """
    home = home_of(state)
    functions = functions_of(home)
    with without_schedule(home), RequestCounter(home.endpoint, function_keys(functions)) as counter:
        since, cpu_before = time.time(), cpu_seconds(functions, state)
        run()
        wait_for_empty_queues(home, state)
        cpu = {name: now - cpu_before[name] for name, now in cpu_seconds(functions, state).items()}
        requests = [request for request in counter.requests() if request.caller]
        ran = invocations(aws.client("logs", home), state["stack_name"], since)
    completed = sum('"message":"completed"' in line for each in ran for line in each.lines)
    if completed != jobs:
        raise RuntimeError(f"{completed} of {jobs} jobs were seen to complete")
    used = {name: Function(functions[name]["MemorySize"], seconds) for name, seconds in cpu.items()}
    units = _units_of(requests)
    return Counted(
        usage=usage_of(jobs, requests, ran, gb_seconds(used, ran), units),
        units=units,
        requests=Counter(f"{one.caller} {one.name}" for one in requests),
        invocations=ran,
        cpu_ms={name: 1000 * seconds / jobs for name, seconds in cpu.items()},
    )


def usage_of(
    jobs: int, requests: Sequence[Request], ran: Sequence[Invocation], gb_seconds: float, units: TableUnits
) -> Usage:
    made = Counter(request.operation for request in requests)
    batches = sum(each.function in _BEHIND_A_QUEUE for each in ran)
    return Usage(
        jobs=jobs,
        s3_puts=made["s3:PutObject"],
        api_requests=sum(each.function in _BEHIND_THE_API for each in ran),
        write_units=sum(units.writes.values()),
        read_units=sum(units.reads.values()),
        # AWS's event source receives each batch with one request, and deletes it with another
        sqs_requests=made["sqs:SendMessage"] + made["sqs:SendMessageBatch"] + 2 * batches,
        invocations=len(ran),
        gb_seconds=gb_seconds,
        log_bytes=sum(each.own_bytes + each.platform_bytes for each in ran),
        secret_calls=made["secretsmanager:GetSecretValue"],
        kms_requests=made["ssm:GetParameter"],
        fair_queues=True,
    )


def _units_of(requests: Sequence[Request]) -> TableUnits:
    units = TableUnits()
    for request in requests:
        if request.operation.startswith("dynamodb:"):
            units.add(request)
    return units
