"""Every request that a path makes of AWS, counted on the deployed stack and held against its reasons."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from local.receiver.behaviour import Rule
from stack import request_paths as paths
from stack.conftest import DREAMINA, Stack
from stack.recorded import PATIENCE_SECONDS, Recorder, wait_for_tasks
from stack.test_budget import Tenant

FIELDS = {"model": DREAMINA, "size": "512*512"}


@pytest.fixture(scope="module")
def keys() -> list[str]:
    """A process more, and its reads: the first job of this module makes those that there are warm."""
    return []


@pytest.fixture
def recorder(stack: Stack, keys: list[str]) -> Iterator[Recorder]:
    with Recorder(stack) as recorder:
        if not keys:
            keys.append(_done(stack, "warm up"))
            assert stack.api.page(limit=1)["data"]
        recorder.begin()
        yield recorder


def _done(stack: Stack, prompt: str, **fields: object) -> str:
    """Submits and waits for the webhook, which asks nothing of AWS."""
    before = len(stack.received(0))
    job_id = str(stack.submit(prompt, **fields)["id"])
    stack.received(before + 1, PATIENCE_SECONDS)
    return job_id


def held(made: Counter[str], *expected: paths.Path) -> None:
    """Exactly these; and of what is kept in a process at most what one that has just started reads."""
    kept = {request: made.pop(request) for request in paths.CACHED | paths.SEEN_TOGETHER if request in made}
    assert made == paths.total(*expected)
    assert all(times == 1 for times in kept.values()), kept


def test_a_job_with_callbacks(stack: Stack, recorder: Recorder) -> None:
    made = recorder.made(_done(stack, "a kite"))
    held(made, paths.ACCEPTED, paths.STARTED, paths.CALLED_BACK, paths.COMPLETED, paths.DELIVERED)


def test_a_job_without_a_webhook_of_its_own_but_with_an_idempotency_key(
    stack: Stack, recorder: Recorder
) -> None:
    """The key costs nothing: the job's id is made of it."""
    job_id = stack.api.submit(secrets.token_hex(8), prompt="a lamp", **FIELDS)["id"]
    wait_for_tasks(stack, 1)
    held(recorder.made(job_id), paths.ACCEPTED, paths.STARTED, paths.CALLED_BACK, paths.COMPLETED)


def test_a_repeat_of_a_submit(stack: Stack, recorder: Recorder) -> None:
    key = secrets.token_hex(8)
    job_id = stack.api.submit(key, prompt="a bell", **FIELDS)["id"]
    wait_for_tasks(stack, 1)
    recorder.made(job_id)
    recorder.begin()
    assert stack.api.submit(key, prompt="a bell", **FIELDS)["id"] == job_id
    held(recorder.made(job_id), paths.REPEATED)


def test_a_job_under_a_spend_cap(stack: Stack, recorder: Recorder) -> None:
    tenant = Tenant(stack)
    tenant.set_cap(1_000_000)
    recorder.begin()
    job_id = tenant.api.submit(prompt="a barge", **FIELDS)["id"]
    wait_for_tasks(stack, 1)
    made = recorder.made(job_id)
    held(made, paths.ACCEPTED_WITHIN_A_CAP, paths.STARTED, paths.CALLED_BACK, paths.SETTLED)
    tenant.api.close()


def test_a_job_that_fails_upstream(stack: Stack, recorder: Recorder) -> None:
    stack.simulator.arm("fail", error_code=1200)
    made = recorder.made(_done(stack, "a refusal"))
    held(made, paths.ACCEPTED, paths.STARTED, paths.CALLED_BACK, paths.FAILED, paths.DELIVERED)


def test_polling_only(stack: Stack, recorder: Recorder) -> None:
    """As many looks as upstream was asked for the result, all but the last in vain."""
    with recorder.environment("poller", CALLBACKS="off"):
        stack.simulator.settings(inference_seconds=5.5)
        job_id = str(stack.submit("a slow clock")["id"])
        stack.received(1, 30)
        looks = stack.simulator.stats().result_gets
        vain = [paths.LOOKED_IN_VAIN] * (looks - 1)
        held(recorder.made(job_id), paths.ACCEPTED, paths.STARTED, *vain, paths.COMPLETED, paths.DELIVERED)
    assert 1 <= looks <= 6


def test_the_net_finds_a_job_that_has_ended(stack: Stack, recorder: Recorder) -> None:
    job_id = _done(stack, "a net")
    recorder.made(job_id)
    recorder.begin()
    body = f'{{"tenant":"{stack.state["tenant"]}","job":"{job_id}","tries":0,"chain":0}}'
    stack.client("sqs").send_message(QueueUrl=stack.state["jobs_queue_url"], MessageBody=body)
    time.sleep(1)
    held(recorder.made(job_id), paths.LOOKED_AFTER_THE_END)


def test_a_cancel_while_upstream_works(stack: Stack, recorder: Recorder) -> None:
    stack.simulator.settings(inference_seconds=20)
    job_id = str(stack.submit("a slow river")["id"])
    while stack.api.job(job_id)["status"] != "processing":
        time.sleep(0.1)
    recorder.made(job_id)
    recorder.begin()
    stack.api.cancel(job_id)
    stack.received(1)
    held(recorder.made(job_id), paths.CANCELLED)


def test_a_webhook_that_is_delivered_at_the_second_try(stack: Stack, recorder: Recorder) -> None:
    stack.receiver.behave(Rule(count=1, status=500))
    job_id = str(stack.submit("a slow door")["id"])
    stack.received(1)
    recorder.forget_looks()
    stack.received(2, 30)
    webhook = paths.DELIVERED_AT_THE_SECOND_TRY
    held(recorder.made(job_id), paths.ACCEPTED, paths.STARTED, paths.CALLED_BACK, paths.COMPLETED, webhook)


def test_a_job_that_is_read_and_one_that_is_listed(stack: Stack, recorder: Recorder) -> None:
    first, second = _done(stack, "an index"), _done(stack, "a card")
    recorder.made(first, second)
    recorder.begin()
    stack.api.job(second)
    held(recorder.made(second), paths.READ)
    recorder.begin()
    stack.api.page(limit=1)
    held(recorder.made(first, second), paths.LISTED)


def test_a_synchronous_call_for_a_picture(stack: Stack, recorder: Recorder) -> None:
    """The job is read again until it has ended: how often depends on the time it takes, and on no more."""
    answer = stack.api.http.post("/v1/images/generations", json={"prompt": "a vase", "size": "512x512"})
    answer.raise_for_status()
    made = recorder.made(answer.headers["x-job-ids"])
    reads = made.pop("submit dynamodb:Query job")
    assert 1 <= reads <= 2 + 2 * stack.sync_wait_seconds
    held(made, paths.OPENED_CALL, paths.ACCEPTED, paths.STARTED, paths.CALLED_BACK, paths.COMPLETED)


def test_a_job_that_waits_in_the_line(stack: Stack, recorder: Recorder) -> None:
    """What names the job itself. The line's own ticks are all jobs' together, one a second."""
    with recorder.environment("poller", UPSTREAM_CONCURRENT_TASKS="1"):
        stack.simulator.settings(inference_seconds=3)
        stack.submit("the first")
        wait_for_tasks(stack, 1, ended=False)
        waiting = str(stack.submit("the second")["id"])
        stack.received(2, 30)
        time.sleep(1)
        requests = [request for request in recorder.requests(waiting) if waiting in request.text]
    made = Counter(f"{request.caller} {request.name}" for request in requests)
    held(
        made,
        paths.ACCEPTED,
        paths.WAITING,
        paths.STARTED_AFTER_A_WAIT,
        paths.CALLED_BACK,
        tuple(count for count in paths.COMPLETED if "gate" not in count.request),
        paths.DELIVERED,
    )


def test_what_a_cold_process_reads_it_reads_once(stack: Stack, recorder: Recorder) -> None:
    with recorder.environment("poller", COLD="1"), recorder.environment("submit", COLD="1"):
        recorder.begin()
        cold = recorder.made(_done(stack, "a cellar"))
        recorder.begin()
        warm = recorder.made(_done(stack, "an attic"))
    kept = {request for request in paths.CACHED if request.startswith(("poller", "submit"))}
    assert {request: cold[request] for request in kept} == dict.fromkeys(kept, 1)
    assert not kept & warm.keys()


def test_a_key_that_is_looked_up_and_then_known_for_a_while(stack: Stack, recorder: Recorder) -> None:
    tenant = Tenant(stack)
    recorder.begin()
    tenant.api.page()
    first = recorder.made()
    recorder.begin()
    tenant.api.page()
    again = recorder.made()
    tenant.api.close()
    index = "query dynamodb:Query by_tenant"
    assert first == paths.total(paths.LOOKED_UP) + Counter([index])
    assert again == Counter([index])
