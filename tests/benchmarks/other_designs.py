"""What 1,000 images cost by two designs that poll, from the same prices, waits and inference times.

Both are taken at their best: one item below 1 KB and one index, a function of 512 MB, two log lines an
invocation, no limits kept and no repeats found. Only the way they wait for upstream differs from ours.
"""

import math
from collections.abc import Sequence

from benchmarks.durations import (
    ACCEPT_SECONDS,
    LOOK_SECONDS,
    START_SECONDS,
    STORE_SECONDS,
    WEBHOOK_SECONDS,
)
from benchmarks.usage import Usage

POLL_SECONDS = 2.0
MEMORY_GB = 0.5
LOG_BYTES = 900
"""Of one invocation: the platform's three lines and two of its own."""
_WRITES = 5 + 1
"""Queued, submitted, completed, delivered and the request itself; one index entry, which stays."""


def polls_of(inference_seconds: Sequence[float]) -> int:
    """A look each POLL_SECONDS until the task has ended."""
    return sum(max(math.ceil(seconds / POLL_SECONDS), 1) for seconds in inference_seconds)


def step_functions(inference_seconds: Sequence[float]) -> Usage:
    """A standard workflow: submit, then wait, look and choose at each poll, store, deliver.

    Each state entered is a transition, the start one too.
    """
    jobs, polls = len(inference_seconds), polls_of(inference_seconds)
    steps = START_SECONDS + STORE_SECONDS + WEBHOOK_SECONDS
    return Usage(
        jobs=jobs,
        s3_puts=jobs,
        api_requests=jobs,
        write_units=_WRITES * jobs,
        read_units=3 * jobs,
        sqs_requests=0,
        invocations=4 * jobs + polls,
        gb_seconds=MEMORY_GB * (jobs * (ACCEPT_SECONDS + steps) + polls * LOOK_SECONDS),
        log_bytes=LOG_BYTES * (4 * jobs + polls),
        state_transitions=4 * jobs + 3 * polls,
    )


def message_a_poll(inference_seconds: Sequence[float]) -> Usage:
    """A delayed message for each look: sent, received and deleted, and a function that runs for it."""
    jobs, polls = len(inference_seconds), polls_of(inference_seconds)
    finish = STORE_SECONDS + WEBHOOK_SECONDS
    return Usage(
        jobs=jobs,
        s3_puts=jobs,
        api_requests=jobs,
        write_units=_WRITES * jobs,
        read_units=jobs + polls,
        sqs_requests=3 * (jobs + polls),
        invocations=2 * jobs + polls,
        gb_seconds=MEMORY_GB * (jobs * (ACCEPT_SECONDS + START_SECONDS + finish) + polls * LOOK_SECONDS),
        log_bytes=LOG_BYTES * (2 * jobs + polls),
    )
