"""WaveSpeed's face: the list of predictions."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from darkroom import adapters, wiring
from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from functional import jobs
from functional.conftest import Front
from functional.wavespeed_client import SEEDREAM, Caller
from functional.wavespeed_types import PAGE

DAY = 24 * 3600.0


@pytest.fixture
def caller(gateway: Front) -> Iterator[Caller]:
    made = Caller(gateway.base_url, gateway.api_key)
    yield made
    made.http.close()


@pytest.fixture
def rival(gateway: Front) -> Iterator[Caller]:
    key = adapters.accounts_table().create_tenant("rival", time.time())
    made = Caller(gateway.base_url, key.api_key)
    yield made
    made.http.close()


def listed(caller: Caller, **query: Any) -> list[str]:
    page = caller.data(PAGE, "POST", "/predictions", json=query)
    return [item["id"] for item in page["items"]]


def test_the_list_is_newest_first_in_pages(caller: Caller, rival: Caller) -> None:
    ids = [jobs.queued().id for _ in range(7)]
    assert listed(caller) == ids[::-1]
    assert [listed(caller, page=page, page_size=3) for page in (1, 2, 3, 4)] == [
        ids[:3:-1],
        ids[3:0:-1],
        ids[:1],
        [],
    ]
    assert listed(rival) == []
    page = caller.data(PAGE, "POST", "/predictions", json={"page": 2, "page_size": 3})
    assert (page["page"], page["page_size"]) == (2, 3)


def test_a_list_without_a_body_is_the_first_page(caller: Caller) -> None:
    job = jobs.queued()
    page = caller.data(PAGE, "POST", "/predictions")
    assert [(item["id"], item["input"]["prompt"]) for item in page["items"]] == [(job.id, job.request.prompt)]


def test_the_list_is_filtered_by_status_word_and_model(caller: Caller) -> None:
    queued, submitting, processing = jobs.queued(), jobs.submitting(), jobs.processing()
    done = jobs.completed(model=SEEDREAM)
    assert listed(caller, status="created") == [submitting.id, queued.id]
    assert listed(caller, status="processing") == [processing.id]
    assert listed(caller, model="seedream-v3.1") == [done.id]
    assert listed(caller, status="processing", model=SEEDREAM) == []
    assert len(listed(caller, status="", model="", created_after="")) == 4


def created(seconds_ago: float) -> Job:
    """A job that was accepted so long ago."""
    now = time.time() - seconds_ago
    acceptor = replace(wiring.acceptor(), clock=lambda: now)
    return acceptor.accept(Account("acme"), jobs.REQUEST).job


def test_the_list_goes_back_seven_days(caller: Caller) -> None:
    created(7 * DAY + 60)
    young = created(7 * DAY - 60)
    assert listed(caller) == [young.id]
    assert listed(caller, created_after=0) == [young.id]


@pytest.mark.parametrize("spell", ["rfc3339", "offset", "seconds", "text"])
def test_times_are_rfc_3339_or_unix_seconds(caller: Caller, spell: str) -> None:
    old, middle, new = created(3 * DAY), created(2 * DAY), created(DAY)
    after, before = (round(time.time() - days * DAY) for days in (2.5, 1.5))

    def spelt(at: int) -> object:
        utc = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
        shifted = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at + 7200))
        texts = {"rfc3339": utc + ".000000000Z", "offset": shifted + "+02:00", "text": str(at), "seconds": at}
        return texts[spell]

    assert listed(caller, created_after=spelt(after), created_before=spelt(before)) == [middle.id]
    assert listed(caller, created_after=spelt(after)) == [new.id, middle.id]
    assert listed(caller, created_before=spelt(before)) == [middle.id, old.id]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"page": 0}, "page"),
        ({"page": "1"}, "page"),
        ({"page": 1.5}, "page"),
        ({"page_size": 101}, "page_size"),
        ({"page": 101, "page_size": 100}, "at most 10000"),
        ({"status": "paused"}, "created, processing, completed, failed, cancelled"),
        ({"model": "dall-e"}, SEEDREAM),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_after": True}, "created_after"),
        ({"created_before": "2026-02-31T00:00:00Z"}, "created_before"),
        ({"created_before": "2026-02-01T00:00:00"}, "created_before"),
        ({"created_before": -1}, "created_before"),
        ({"created_before": 10**400}, "created_before"),
        ({"created_before": ["x"]}, "created_before: must be a time"),
        ({"cursor": "x"}, "unknown field"),
    ],
)
def test_a_bad_query_is_400_that_says_what_it_may_be(
    caller: Caller, query: dict[str, Any], says: str
) -> None:
    status, body = caller.refused("POST", "/predictions", json=query)
    assert (status, body["data"]) == (400, {"code": 1401})
    assert says in body["message"]
