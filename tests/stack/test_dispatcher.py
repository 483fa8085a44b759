"""The line before a small upstream on the deployed stack: order, fairness, limits, and workers that die."""

import json
import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from benchmarks.local_stack import functions_of, home_of
from benchmarks.requests import Request, RequestCounter, function_keys
from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.permit_items import permits_key
from local.api import TERMINAL, Api, Record
from stack.conftest import DREAMINA, Stack

IMAGES_PER_MINUTE, TASKS_AT_ONCE = 50, 4
INFERENCE_SECONDS = 1.5
FIRST, SECOND = 60, 3
"""So many jobs of one tenant, and after them of another."""
ON_THEIR_WAY = 2 * TASKS_AT_ONCE
"""Released, or about to be, before the job was seen to wait."""
PATIENCE_SECONDS = 200.0
KILLS = 8


@pytest.fixture
def tiny(stack: Stack) -> Iterator[Stack]:
    """Upstream refuses what is beyond its limits, and the stack knows of them."""
    stack.simulator.settings(
        images_per_minute=IMAGES_PER_MINUTE,
        concurrent_tasks=TASKS_AT_ONCE,
        concurrency_mode="refuse",
        inference_seconds=INFERENCE_SECONDS,
    )
    limits = {
        "UPSTREAM_IMAGES_PER_MINUTE": str(IMAGES_PER_MINUTE),
        "UPSTREAM_CONCURRENT_TASKS": str(TASKS_AT_ONCE),
    }
    with ExitStack() as changed:
        for function in functions_of(home_of(stack.state)).values():
            changed.enter_context(_environment(stack, function["FunctionName"], limits))
        # What earlier tests have started at the usual tier is more than this one allows
        stack.client("dynamodb").delete_item(TableName=stack.state["jobs_table"], Key=permits_key("default"))
        yield stack


@pytest.fixture
def other(stack: Stack) -> Iterator[Api]:
    """Another tenant's."""
    accounts = AccountsTable(stack.client("dynamodb"), stack.state["accounts_table"])
    made = accounts.create_tenant(f"second-{secrets.token_hex(4)}", time.time())
    api = Api(stack.state["api_url"], made.api_key)
    yield api
    api.close()


@contextmanager
def _environment(stack: Stack, name: str, changes: dict[str, str]) -> Iterator[None]:
    functions = stack.client("lambda")
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": before | changes})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})


@pytest.mark.slow
def test_a_line_keeps_the_limits_its_order_and_is_fair(tiny: Stack, other: Api) -> None:
    home = home_of(tiny.state)
    with RequestCounter(home.endpoint, function_keys(functions_of(home))) as requests:
        first = _submitted(tiny, tiny.api, [f"first {number}" for number in range(FIRST)])
        urgent = _submitted(tiny, tiny.api, ["urgent"], priority="high")
        before_urgent = tiny.simulator.stats().accepted
        second = _submitted(tiny, other, [f"second {number}" for number in range(SECOND)])
        before_second = tiny.simulator.stats().accepted
        last = max(first, key=lambda job_id: _position(tiny.api, job_id) or 0)
        positions = _positions(tiny.api, last)
        _wait_for_all(tiny.api, [*first, *urgent])
        _wait_for_all(other, second)
        sent = _messages_before_the_start(requests.requests())
    stats = tiny.simulator.stats()
    assert stats.charges == stats.accepted == FIRST + SECOND + 1
    assert stats.rate_limited <= 0.01 * stats.submits_received
    assert stats.max_in_flight <= TASKS_AT_ONCE
    assert _most_in_a_minute(list(stats.accepted_at_ms.values())) <= IMAGES_PER_MINUTE

    order = [task["input"]["prompt"] for task in tiny.simulator.tasks()]
    assert before_second < FIRST / 2, "too slow: there was no line"
    assert order.index("urgent") <= before_urgent + ON_THEIR_WAY
    # In turns: not behind all of the first tenant's
    assert order.index(f"second {SECOND - 1}") <= before_second + ON_THEIR_WAY + 2 * SECOND
    assert positions[0] > positions[-1]
    assert all(later <= earlier + SECOND + 1 for earlier, later in pairwise(positions))
    receives = [sent[job_id] for job_id in (*first, *urgent, *second)]
    print(f"\nmessages before the start {sum(receives) / len(receives):.2f} a job, positions {positions}, "
          f"429 {stats.rate_limited} of {stats.submits_received}")  # fmt: skip
    assert sum(receives) <= 2.05 * len(receives)


def test_workers_killed_while_jobs_wait_lose_none(tiny: Stack) -> None:
    ids = _submitted(tiny, tiny.api, [f"waits {number}" for number in range(40)])
    killed = 0
    for _ in range(KILLS):
        for worker in _workers(tiny, "poller")[:1]:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
                killed += 1
        time.sleep(1)
    assert killed >= KILLS / 2
    ends = _wait_for_all(tiny.api, ids, hurry=tiny)
    stats = tiny.simulator.stats()
    assert max(stats.submits_by_prompt.values()) <= 1 + stats.rate_limited
    assert max(stats.charges_by_prompt.values()) == 1
    # Killed between its intent and the POST's reply, nobody knows what came of it
    unknown = [end for end in ends if end["error_code"] == "submission_unknown"]
    assert len(unknown) <= killed
    assert all(end["status"] == "completed" for end in ends if end not in unknown)


def _submitted(stack: Stack, api: Api, prompts: Sequence[str], **fields: str) -> list[str]:
    def submit(prompt: str) -> str:
        return str(api.submit(model=DREAMINA, size="512*512", prompt=prompt, **fields)["id"])

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(submit, prompts))


def _positions(api: Api, job_id: str) -> list[int]:
    """Of the job's places in the line, once a second until it has started."""
    positions = []
    while (position := _position(api, job_id)) is not None:
        positions.append(position)
        time.sleep(1)
    return positions


def _position(api: Api, job_id: str) -> int | None:
    """None for a job that doesn't wait."""
    queue = api.job(job_id)["queue"]
    return None if queue is None else int(queue["position"])


def _wait_for_all(api: Api, ids: Sequence[str], *, hurry: Stack | None = None) -> list[Record]:
    """Their records at the end. `hurry`: the reconciler comes every second."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    waiting = set(ids)
    while waiting and time.monotonic() < ends_at:
        if hurry is not None:
            name = functions_of(home_of(hurry.state))["reconciler"]["FunctionName"]
            with suppress(httpx.HTTPError):
                hurry.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        time.sleep(1)
        waiting = {job_id for job_id in waiting if api.job(job_id)["status"] not in TERMINAL}
    assert not waiting, f"still waiting: {[api.job(job_id) for job_id in waiting][:3]}"
    return [api.job(job_id) for job_id in ids]


def _messages_before_the_start(requests: Sequence[Request]) -> Counter[str]:
    """By job: the one that its acceptance sends, and those of its releases."""
    sent: Counter[str] = Counter()
    for request in requests:
        if request.operation == "sqs:SendMessage" and request.caller == "submit":
            sent[json.loads(request.parameters["MessageBody"])["job"]] += 1
        if request.operation == "sqs:SendMessageBatch":
            sent.update(json.loads(entry["MessageBody"])["job"] for entry in request.parameters["Entries"])
    return sent


def _most_in_a_minute(times_ms: list[int]) -> int:
    times_ms.sort()
    return max(sum(at - 60_000 < other <= at for other in times_ms) for at in times_ms)


def _workers(stack: Stack, function: str) -> list[int]:
    """The emulator's processes of a function."""
    emulator = stack.state["processes"]["emulator"]["pid"]
    mark = f"AWS_LAMBDA_FUNCTION_NAME={functions_of(home_of(stack.state))[function]['FunctionName']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == emulator and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # it ended meanwhile
    return found
