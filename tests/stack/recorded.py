"""What the functions ask of AWS while one thing happens, with nothing else going on."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.local_stack import functions_of, home_of, without_schedule
from benchmarks.requests import Request, RequestCounter, function_keys
from stack.conftest import Stack

PATIENCE_SECONDS = 15.0
SETTLED_SECONDS = 1.0
"""The last writes follow the last webhook."""
_IDS = re.compile(r"job_[0-9A-Za-z]+")


class Recorder:
    """Turns the schedule off while it is open: the reconciler's own requests belong to no path."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._sqs, self._lambda = stack.client("sqs"), stack.client("lambda")
        home = home_of(stack.state)
        self._functions = functions_of(home)
        self._counter = RequestCounter(home.endpoint, function_keys(self._functions))
        self._schedule = without_schedule(home)

    def __enter__(self) -> "Recorder":
        self._schedule.__enter__()
        self._counter.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._counter.__exit__()
        self._schedule.__exit__(None, None, None)

    def begin(self) -> None:
        """From here on counts."""
        self.forget_looks()
        self._counter.again()

    def forget_looks(self) -> None:
        """Those still on their way: when they come depends on the time, and they ask for no more than one
        read of a job that has ended."""
        self._sqs.purge_queue(QueueUrl=self._stack.state["jobs_queue_url"])

    def made(self, *job_ids: str) -> Counter[str]:
        """Requests that name one of these jobs, or none at all: as in `poller dynamodb:PutItem state`."""
        time.sleep(SETTLED_SECONDS)
        return Counter(f"{one.caller} {one.name}" for one in self.requests(*job_ids))

    def requests(self, *job_ids: str) -> list[Request]:
        requests = [request for request in self._counter.requests() if request.caller]
        named = [(request, set(_IDS.findall(request.text))) for request in requests]
        return [request for request, ids in named if not ids or ids & set(job_ids)]

    @contextmanager
    def environment(self, function: str, **variables: str) -> Iterator[None]:
        """The function with other variables: its processes are new ones then, and again after it."""
        name = self._functions[function]["FunctionName"]
        before: dict[str, Any] = self._lambda.get_function_configuration(FunctionName=name)["Environment"]
        changed = {"Variables": before["Variables"] | variables}
        self._lambda.update_function_configuration(FunctionName=name, Environment=changed)
        try:
            yield
        finally:
            self._lambda.update_function_configuration(FunctionName=name, Environment=before)


def wait_for_tasks(stack: Stack, count: int, *, ended: bool = True) -> None:
    """Until upstream has as many; `ended`: and each was looked at. Raises TimeoutError."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        stats = stack.simulator.stats()
        if stats.accepted >= count and (not ended or stats.result_gets >= count):
            return
        time.sleep(0.05)
    raise TimeoutError(f"{count} tasks")
