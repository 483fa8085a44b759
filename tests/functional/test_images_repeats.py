"""A call for pictures that comes again: the same jobs, no second charge, and a picture for each call."""

import json
import time
from typing import Any

import httpx
import pytest

from darkroom import adapters, wiring
from darkroom.faces.openai.images_request import parse_images_call
from darkroom.jobs.ids import keyed_job_id
from darkroom.jobs.joins import OpenCall, Post, call_fingerprint
from darkroom.ports import ThrottledError
from darkroom.settings import settings
from functional.aws import Stack
from functional.aws import client as aws_client
from functional.conftest import Front
from functional.images import BODY, REPEAT, all_jobs, error, generate
from functional.throttled import throttle

KEY = {"idempotency-key": "order-1"}
SECOND = {"x-stainless-retry-count": "2"}


def fingerprint_of(body: dict[str, Any]) -> str:
    return call_fingerprint(parse_images_call(json.dumps(body).encode(), settings(), "", None).requests)


def open_calls(stack: Stack) -> list[Any]:
    items = aws_client("dynamodb").scan(TableName=stack.jobs_table)["Items"]
    return [item for item in items if "#join#" in item["pk"]["S"]]


def test_a_repeat_joins_the_jobs_of_its_call(brief: None, client: httpx.Client, gateway: Front) -> None:
    first = generate(client, n=2)
    gateway.workers.run(all_jobs()[0])
    gateway.workers.run(all_jobs()[1])
    again = generate(client, REPEAT, n=2)
    assert again.status_code == 200
    assert again.headers["x-job-ids"].split(", ") == error(first)["job_ids"]
    assert gateway.workers.simulator.stats().charges == 2
    lost = generate(client, SECOND, n=2)
    assert lost.headers["x-job-ids"] == again.headers["x-job-ids"]


def test_a_repeat_of_another_body_is_its_own_call(brief: None, client: httpx.Client) -> None:
    generate(client)
    for changes in ({"n": 2}, {"response_format": "b64_json"}, {"seed": 1}, {"prompt": "another"}):
        before = len(all_jobs())
        generate(client, REPEAT, **changes)
        assert len(all_jobs()) > before


def test_two_equal_calls_with_repeats_each_get_their_own_pictures(
    brief: None, client: httpx.Client, gateway: Front
) -> None:
    named = [error(generate(client))["job_ids"][0] for _ in range(2)]
    again = [error(generate(client, REPEAT))["job_ids"][0] for _ in range(2)]
    assert sorted(named) == sorted(again)
    for job in all_jobs():
        gateway.workers.run(job)
    ended = [generate(client, SECOND).headers["x-job-ids"] for _ in range(2)]
    assert sorted(named) == sorted(ended)
    assert len(set(ended)) == 2


def test_a_call_that_was_refused_is_not_joined(brief: None, client: httpx.Client, gateway: Front) -> None:
    """A repeat of the next call would else take up the refused one and pay a second time."""
    gateway.workers.simulator.arm("fail", error_code=1200)
    generate(client)
    gateway.workers.run(all_jobs()[0])
    assert generate(client, REPEAT).status_code == 400
    second = error(generate(client))["job_ids"]
    assert error(generate(client, REPEAT))["job_ids"] == second


def test_an_open_call_holds_no_prompt(brief: None, client: httpx.Client, stack: Stack) -> None:
    generate(client)
    [call] = open_calls(stack)
    assert "lighthouse" not in json.dumps(call)


@pytest.mark.parametrize("key", [{}, KEY])
def test_a_repeat_makes_no_job_and_is_not_counted(
    brief: None, client: httpx.Client, gateway: Front, key: dict[str, str]
) -> None:
    """At a request a minute the answer to what is paid for would else be a 429."""
    adapters.accounts_table().set_requests_per_minute(gateway.tenant, 1)
    first = generate(client, key)
    assert first.status_code == 503
    assert first.headers["x-ratelimit-remaining-requests"] == "0"
    gateway.workers.run(all_jobs()[0])
    assert generate(client, key | REPEAT).status_code == 200
    refused = generate(client, prompt="another")
    assert (refused.status_code, error(refused)["code"]) == (429, "rate_limit_exceeded")
    assert int(refused.headers["retry-after"]) >= 1


def test_a_refused_call_does_not_take_an_equal_ones_pictures(
    brief: None, client: httpx.Client, gateway: Front
) -> None:
    """Two equal calls at a rate of one: the second one's repeat must wait for a picture of its own."""
    adapters.accounts_table().set_requests_per_minute(gateway.tenant, 1)
    generate(client)
    gateway.workers.run(all_jobs()[0])
    assert generate(client, REPEAT).status_code == 200
    assert generate(client).status_code == 429
    assert generate(client, REPEAT).status_code == 429
    adapters.accounts_table().set_requests_per_minute(gateway.tenant, 10)
    assert generate(client, SECOND).status_code == 503
    assert len(all_jobs()) == 2


def test_a_repeat_whose_first_try_never_came_in_takes_no_equal_calls_picture(
    brief: None, client: httpx.Client, gateway: Front
) -> None:
    generate(client)
    gateway.workers.run(all_jobs()[0])
    assert generate(client, REPEAT).status_code == 200
    assert generate(client, REPEAT).status_code == 503
    assert len(all_jobs()) == 2


def test_a_busy_service_leaves_a_call_to_its_own_repeat(
    brief: None, client: httpx.Client, gateway: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other call's first try waits: its picture is not for the one that the busy service sent away."""
    adapters.accounts_table().set_requests_per_minute(gateway.tenant, 10)
    with monkeypatch.context() as patch:
        throttle(patch, adapters.rate_limits(), "take")
        assert error(generate(client))["code"] == "try_again"
    other = wiring.joiner().open("acme", fingerprint_of(BODY), Post(time.time()), 20)
    generate(client, REPEAT)
    [job] = all_jobs()
    assert job.id != keyed_job_id("acme", other.key(1))


def test_at_the_cap_a_call_is_402_and_its_repeat_is_not_charged_again(
    brief: None, client: httpx.Client, gateway: Front
) -> None:
    adapters.accounts_table().set_cap(gateway.tenant, 60_000)
    assert generate(client, n=3).status_code == 402
    assert all_jobs() == ()
    assert generate(client, n=2).status_code == 503
    again = generate(client, REPEAT, n=2)
    assert (again.status_code, len(all_jobs())) == (503, 2)
    assert generate(client, n=1).status_code == 402


class TestWithAKey:
    def test_a_repeat_is_the_same_jobs_and_the_same_answer(
        self, brief: None, client: httpx.Client, gateway: Front
    ) -> None:
        begun = generate(client, KEY, n=2)
        first = error(begun)["job_ids"]
        assert "idempotency-replayed" not in begun.headers
        for job in all_jobs():
            gateway.workers.run(job)
        again = [generate(client, KEY, n=2) for _ in range(2)]
        assert [answer.headers.get("idempotency-replayed") for answer in again] == ["true", "true"]
        assert [answer.headers["x-job-ids"].split(", ") for answer in again] == [first, first]
        assert gateway.workers.simulator.stats().charges == 2

    @pytest.mark.parametrize("n", [1, 3])
    def test_another_body_or_number_is_422(self, brief: None, client: httpx.Client, n: int) -> None:
        generate(client, KEY, n=n)
        before = {job.id for job in all_jobs()}
        for changes in ({"n": 4 - n}, {"n": 2}, {"prompt": "x"}, {"response_format": "b64_json"}):
            answer = generate(client, KEY, **{"n": n, **changes})
            assert (answer.status_code, error(answer)["code"]) == (422, "idempotency_key_reused")
        assert {job.id for job in all_jobs()} == before

    def test_nothing_is_written_beside_the_jobs(
        self, brief: None, client: httpx.Client, stack: Stack
    ) -> None:
        generate(client, KEY)
        assert open_calls(stack) == []


def test_a_call_whose_opening_landed_and_seemed_to_fail_is_its_clients_only_one(
    brief: None, client: httpx.Client, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two, a later repeat could take the other one and pay again."""
    joins = adapters.joins()
    add, tries = joins.add, iter([True])

    def lost_once(self: object, call: OpenCall) -> OpenCall:
        added = add(call)
        if next(tries, False):
            raise ThrottledError("the reply is lost")
        return added

    monkeypatch.setattr(type(joins), "add", lost_once)
    assert generate(client).status_code == 503
    assert len(open_calls(stack)) == 1
    generate(client, REPEAT)
    assert len(open_calls(stack)) == 1
    assert len(all_jobs()) == 1
