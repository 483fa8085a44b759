"""OpenAI's images API: one to ten pictures, and the answer waits for them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.faces.openai.failures import all_failed, failed_headers, not_ended
from darkroom.faces.openai.images_answer import images_response
from darkroom.faces.openai.images_request import ImagesCall, parse_images_call
from darkroom.http.admission import accept_all, cost_cents, tag_of
from darkroom.http.api import answer
from darkroom.http.errors import ApiError
from darkroom.http.hold import ANSWER_SECONDS, held_seconds
from darkroom.http.idempotency import idempotency_key
from darkroom.http.joining import Turn, joined_turn, keyed_turn
from darkroom.http.wait import wait_for_ends
from darkroom.jobs.job import Job, JobStatus
from darkroom.jobs.joins import Post, choose_repeated
from darkroom.ports import ThrottledError
from darkroom.settings import settings
from submit.api import api

_COUNT = re.compile("[0-9]{1,6}")


@api.post("/v1/images/generations")
def generate_images() -> Response[str]:
    call = parse_images_call(api.body, settings(), api.own_host, tag_of(api))
    headers = {"x-ignored-fields": ", ".join(call.ignored)} if call.ignored else {}
    try:
        with _turn(call) as turn:
            headers |= turn.headers
            return _generated(call, turn.keys, headers)
    except ApiError as error:
        error.headers = {**headers, **error.headers}
        raise


def _generated(call: ImagesCall, keys: list[str], headers: dict[str, str]) -> Response[str]:
    accepted = accept_all(api.account, call.requests, keys)
    if all(one.repeated for one in accepted):
        headers["idempotency-replayed"] = "true"
    jobs = wait_for_ends([one.job for one in accepted], _current, _wait_seconds())
    if not all(job.status.terminal for job in jobs):
        raise not_ended(jobs)
    completed = [job for job in jobs if job.status is JobStatus.COMPLETED]
    if not completed:
        raise all_failed(jobs)
    try:
        body = images_response(completed, adapters.images_bucket(), inline=call.inline)
    except ThrottledError:
        raise not_ended(jobs) from None
    ids = ", ".join(job.id for job in jobs)
    paid = {"x-job-ids": ids, "x-cost-cents": cost_cents(completed)}
    return answer(body, headers={**headers, **paid, **failed_headers(jobs)})


@contextmanager
def _turn(call: ImagesCall) -> Iterator[Turn]:
    """The client says how often it has tried, but not which of its calls it repeats."""
    count = api.header("x-stainless-retry-count") or ""
    post = Post(api.received_at, int(count) if _COUNT.fullmatch(count) else 0)
    key = idempotency_key(api)
    if key is not None:
        yield keyed_turn(api.account, key, len(call.requests), is_repeat=post.retries > 0)
        return
    choose = choose_repeated if post.retries else None
    seconds = _wait_seconds() + ANSWER_SECONDS
    with joined_turn(api.account, call.requests, post, seconds, choose) as turn:
        yield turn


def _current(job: Job) -> Job:
    return adapters.jobs_table().get(job.tenant, job.id) or job


def _wait_seconds() -> float:
    return held_seconds(api, settings().sync_wait_seconds)
