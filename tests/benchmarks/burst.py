"""Many jobs at once through the deployed stack: how fast, how late, and what each one costs in requests."""

import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from benchmarks.goals import Measured, Row
from benchmarks.local_stack import home_of
from benchmarks.requests import RequestCounter
from local.api import Api
from local.options import Options
from local.receiver.client import ReceiverClient
from local.receiver.inbox import Received
from local.simulator.control import SimulatorControl
from local.simulator.stats import Stats
from local.up import bring_up

JOBS, WARM_UP_JOBS = 200, 20
"""A burst before the one that counts starts the workers."""
INFERENCE_SECONDS = 2.0
CLIENTS = 8
PATIENCE_SECONDS = 300.0
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:TransactWriteItems")


@dataclass(frozen=True)
class Figures:
    """Times in seconds. `lag`: from a task's completion upstream to its webhook's arrival."""

    jobs: int
    callbacks: str
    completed: int
    posts: int
    charges: int
    webhooks: int
    verified: int
    accept_seconds: float
    total_seconds: float
    lag: tuple[float, ...] = field(repr=False)
    polls: int = 0
    sqs_messages: int = 0
    dynamodb_writes: int = 0

    @property
    def complete(self) -> bool:
        """Every job completed, one POST and one charge each, every webhook delivered and verified."""
        counts = (self.completed, self.posts, self.charges, self.webhooks, self.verified)
        return all(count == self.jobs for count in counts)

    def lag_at(self, share: float) -> float:
        return statistics.quantiles(self.lag, n=100)[round(share * 100) - 1]

    def rows(self) -> list[Row]:
        jobs, name = self.jobs, f"{self.jobs} jobs at once, local stack, callbacks {self.callbacks}"
        whole = (
            f"{self.completed} completed, {self.posts} POSTs, {self.charges} charges, "
            f"{self.webhooks} webhooks, {self.verified} verified"
        )
        figures = (
            f"{jobs / self.total_seconds:.1f} jobs a second; upstream done → webhook received "
            f"p50 {self.lag_at(0.5):.2f} s, p95 {self.lag_at(0.95):.2f} s; "
            f"a job: polls {self.polls / jobs:.2f}, SQS messages {self.sqs_messages / jobs:.2f}, "
            f"DynamoDB writes {self.dynamodb_writes / jobs:.2f}"
        )
        return [
            Row(f"{name}: each once", whole, "", f"{jobs} of each", self.complete),
            Row(f"{name}: how fast", figures, "", "", None),
        ]


def measure(state: Mapping[str, Any]) -> Measured:
    """With callbacks and without: the stack is changed for it."""
    port, rows = home_of(state).port, []
    for callbacks in ("on", "off"):
        changed = bring_up(Options(port=port, callbacks=callbacks))
        burst(changed, WARM_UP_JOBS, 0.2, callbacks)
        rows += burst(changed, JOBS, INFERENCE_SECONDS, callbacks).rows()
    return Measured(rows)


def burst(state: dict[str, Any], jobs: int, inference_seconds: float, callbacks: str) -> Figures:
    """Submits them all at once and waits for the last webhook."""
    with (
        SimulatorControl(state["simulator_control_url"].removesuffix("/_control")) as simulator,
        ReceiverClient(state["receiver_url"]) as receiver,
        RequestCounter(state["aws_endpoint_url"]) as requests,
    ):
        simulator.reset()
        simulator.settings(inference_seconds=inference_seconds, picture_style="plain", tier="silver")
        hook = f"/burst/{callbacks}/{time.time_ns()}"
        started = time.time()
        prompts = [f"burst {hook} {number}" for number in range(jobs)]
        _submit(state, prompts, state["receiver_url"] + hook)
        accepted = time.time()
        received = receiver.wait_for(jobs, path=hook, timeout_seconds=PATIENCE_SECONDS)
        time.sleep(1)  # the last writes follow the last webhook
        received = receiver.received(path=hook)
        made = requests.made()
        stats = simulator.stats()
        return Figures(
            jobs=jobs,
            callbacks=callbacks,
            completed=sum(one.json()["type"] == "job.completed" for one in received),
            posts=stats.submits_received,
            charges=stats.charges,
            webhooks=len({one.webhook_id for one in received}),
            verified=sum(one.verified for one in received),
            accept_seconds=accepted - started,
            total_seconds=max(one.received_at_ms for one in received) / 1000 - started,
            lag=tuple(_lags(simulator, stats, received)),
            polls=stats.result_gets,
            sqs_messages=made["sqs:SendMessage"],
            dynamodb_writes=sum(made[write] for write in WRITES),
        )


def _submit(state: dict[str, Any], prompts: Sequence[str], webhook_url: str) -> None:
    api = Api(state["api_url"], state["api_key"])

    def submit(prompt: str) -> None:
        api.submit(model="dreamina-v3.1", size="512*512", prompt=prompt, webhook_url=webhook_url)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(submit, prompts))
    api.close()


def _lags(simulator: SimulatorControl, stats: Stats, received: Sequence[Received]) -> list[float]:
    """Matched by the prompt, which each job has of its own."""
    ended = {task["input"]["prompt"]: stats.completed_at_ms[task["id"]] for task in simulator.tasks()}
    return [(one.received_at_ms - ended[one.json()["data"]["input"]["prompt"]]) / 1000 for one in received]
