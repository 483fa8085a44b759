"""What the functions ask of AWS while one thing happens, with nothing else going on."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.requests import Request, RequestCounter, function_keys
from local import aws
from local.home import Home
from stack.conftest import Stack

PATIENCE_SECONDS = 15.0
SETTLED_SECONDS = 1.0
"""The last writes follow the last webhook."""
_IDS = re.compile(r"job_[0-9A-Za-z]+")


class Recorder:
    """Turns the schedule off while it is open: the reconciler's own requests belong to no path."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._events, self._sqs, self._lambda = map(stack.client, ("events", "sqs", "lambda"))
        ids = aws.physical_ids(Home(int(stack.state["aws_endpoint_url"].rsplit(":", 1)[1])))
        found = [
            f for page in self._lambda.get_paginator("list_functions").paginate() for f in page["Functions"]
        ]
        names = {physical: logical.lower() for logical, physical in ids.items()}
        self.functions = {names[f["FunctionName"]]: f for f in found if f["FunctionName"] in names}
        self._counter = RequestCounter(stack.state["aws_endpoint_url"], function_keys(self.functions))
        self._rules = [rule["Name"] for rule in self._events.list_rules()["Rules"]]

    def __enter__(self) -> "Recorder":
        for rule in self._rules:
            self._events.disable_rule(Name=rule)
        self._counter.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._counter.__exit__()
        for rule in self._rules:
            self._events.enable_rule(Name=rule)

    def begin(self) -> None:
        """From here on counts. Looks at jobs that have ended, still on their way, would only disturb."""
        for queue in ("jobs_queue_url", "webhook_queue_url"):
            self._sqs.purge_queue(QueueUrl=self._stack.state[queue])
        self._counter.again()

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
        name = self.functions[function]["FunctionName"]
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
