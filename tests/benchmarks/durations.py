"""How long a function's invocation is billed on AWS: its CPU by its share of a core, and what it waits for.

An emulator on loopback can measure the CPU and what an invocation did, but no network. The waits are
assumptions, here in one place: the same region for AWS's services, the public internet for the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.function_logs import Invocation

DYNAMODB_SECONDS = 0.005
SQS_SECONDS = 0.008
S3_PUT_SECONDS = 0.080
"""Of 2 MB."""
UPSTREAM_POST_SECONDS = 0.350
UPSTREAM_GET_SECONDS = 0.120
DOWNLOAD_SECONDS = 0.250
"""Of 2 MB."""
WEBHOOK_SECONDS = 0.200

ACCEPT_SECONDS = 2 * DYNAMODB_SECONDS + SQS_SECONDS
CALLBACK_SECONDS = DYNAMODB_SECONDS + SQS_SECONDS
START_SECONDS = 4 * DYNAMODB_SECONDS + UPSTREAM_POST_SECONDS + SQS_SECONDS
LOOK_SECONDS = DYNAMODB_SECONDS + UPSTREAM_GET_SECONDS
STORE_SECONDS = DOWNLOAD_SECONDS + S3_PUT_SECONDS
FINISH_SECONDS = LOOK_SECONDS + STORE_SECONDS + 3 * DYNAMODB_SECONDS + WEBHOOK_SECONDS

MB_A_CORE = 1769
"""Lambda's memory for one whole core (AWS's documentation); less of it is as much less of a core."""


@dataclass(frozen=True, slots=True)
class Function:
    """`cpu_seconds`: of all its processes during the run."""

    memory_mb: int
    cpu_seconds: float


def gb_seconds(functions: Mapping[str, Function], invocations: Iterable[Invocation]) -> float:
    """A batch's jobs wait at the same time, so that it takes as long as the longest of them; CPU adds up."""
    waited = sum(functions[each.function].memory_mb / 1024 * _wait_seconds(each) for each in invocations)
    worked = sum(each.memory_mb / 1024 * _busy_seconds(each) for each in functions.values())
    return waited + worked


def _busy_seconds(function: Function) -> float:
    return function.cpu_seconds / min(function.memory_mb / MB_A_CORE, 1.0)


def _wait_seconds(invocation: Invocation) -> float:
    match invocation.function:
        case "submit":
            return ACCEPT_SECONDS
        case "callback":
            return CALLBACK_SECONDS
        case "webhook":
            return 2 * DYNAMODB_SECONDS + WEBHOOK_SECONDS
        case "poller" if invocation.says("completed", "JobFailed"):
            return FINISH_SECONDS
        case "poller" if invocation.says("submitted"):
            return START_SECONDS
    return DYNAMODB_SECONDS
