"""Lambda workers killed at random while 100 jobs run: nothing is lost, and nothing is paid twice."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from local.api import Record
from stack.conftest import Stack

JOBS = 100
KILL_EVERY_SECONDS = 1.0
KILLING_SECONDS = 25.0
WARM_SECONDS = 4.0
"""The emulator answers a worker's death while it starts by ending all workers of the function: a storm."""
PATIENCE_SECONDS = 240.0


def test_workers_killed_at_random_lose_no_job_and_pay_for_none_twice(stack: Stack) -> None:
    stack.simulator.settings(inference_seconds=2)
    prompts = [f"survivor {number}" for number in range(JOBS)]
    with killing(stack) as killed:
        ids = _submitted(stack, prompts)
        time.sleep(KILLING_SECONDS)
    assert len(killed) >= 10
    ends = _ends(stack, ids)
    stats = stack.simulator.stats()
    assert max(stats.submits_by_prompt.values()) == 1, "a paid POST was made twice"
    assert max(stats.charges_by_prompt.values()) == 1
    for record in ends:
        paid = stats.charges_by_prompt.get(record["input"]["prompt"], 0)
        if record["status"] == "completed":
            assert paid == 1
        else:
            # A worker that died between its intent and the POST's reply: it must not guess, and says so.
            assert record["error_code"] == "submission_unknown"
            assert record["billing"]["billed"] == "unknown"
    completed = sum(record["status"] == "completed" for record in ends)
    print(f"\n{len(killed)} workers killed: {completed} completed, {JOBS - completed} submission_unknown")
    assert completed >= JOBS * 0.8
    received = {one.json()["data"]["id"] for one in stack.received(JOBS) if one.verified}
    assert received == set(ids)


def _submitted(stack: Stack, prompts: list[str]) -> list[str]:
    """As a careful client does it: an idempotency key, and again on any failure."""

    def submit(prompt: str) -> str:
        fields = {"model": "dreamina-v3.1", "prompt": prompt, "size": "512*512"}
        for _ in range(40):
            with suppress(httpx.HTTPError):
                record = stack.api.submit(
                    f"{prompt} of {os.getpid()}", webhook_url=stack.webhook_url, **fields
                )
                return str(record["id"])
            time.sleep(0.5)
        raise AssertionError(f"not accepted: {prompt}")

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(submit, prompts))


def _ends(stack: Stack, ids: list[str]) -> list[Record]:
    """Every job's record at its end, its webhook delivered. The schedule is hurried: it comes each second."""
    reconciler = next(
        function["FunctionName"]
        for page in stack.client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if "Reconciler" in function["FunctionName"]
    )
    ends_at = time.monotonic() + PATIENCE_SECONDS
    waiting: set[str] = set(ids)
    while waiting and time.monotonic() < ends_at:
        stack.client("lambda").invoke(FunctionName=reconciler, Payload=b"{}")
        time.sleep(1)
        waiting = {job_id for job_id in waiting if not _has_ended(stack, job_id)}
    assert not waiting, f"lost: {[stack.api.job(job_id) for job_id in waiting][:3]}"
    return [stack.api.job(job_id) for job_id in ids]


def _has_ended(stack: Stack, job_id: str) -> bool:
    record = stack.api.job(job_id)
    return record["status"] in ("completed", "failed") and record["webhook"]["status"] == "delivered"


@contextmanager
def killing(stack: Stack) -> Iterator[list[int]]:
    """Kills one Lambda worker of the stack's emulator every moment; they are its children."""
    killed: list[int] = []
    stop = threading.Event()
    emulator = stack.state["processes"]["emulator"]["pid"]
    choose = random.Random(4)

    def kill() -> None:
        while not stop.wait(KILL_EVERY_SECONDS):
            workers = _warm_children(emulator)
            if workers:
                victim = choose.choice(workers)
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def _warm_children(parent: int) -> list[int]:
    """Processes whose parent it is and that have run for a while."""
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    ticks = os.sysconf("SC_CLK_TCK")
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()  # from the third field of proc(5) on
        except OSError:
            continue  # it ended meanwhile
        is_child, age = int(fields[1]) == parent and fields[0] != "Z", uptime - int(fields[19]) / ticks
        if is_child and age > WARM_SECONDS:
            found.append(int(status.parent.name))
    return found
