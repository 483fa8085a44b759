"""WaveSpeed's face, as far as it is pure: times, holds, pages, the shape of what is delivered."""

import json
from dataclasses import replace

import pytest

from darkroom.faces.wavespeed.moments import read_moment, rfc3339
from darkroom.faces.wavespeed.prediction import prediction_of
from darkroom.faces.wavespeed.prediction_list import jobs_of_page
from darkroom.faces.wavespeed.sync_mode import hold_seconds
from darkroom.faces.wavespeed.webhook_body import prediction_body
from darkroom.http.errors import ApiError
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Attempt, Billed, Job, StoredOutput
from darkroom.ports import JobsPage
from functional.wavespeed_types import DELIVERED, PREDICTION, check
from memory.jobs import CREATED_AT, a_job

BASE_URL = "https://api.test/live"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1_760_000_000.0, "2025-10-09T08:53:20.000000000Z"),
        (1_760_000_000.123456, "2025-10-09T08:53:20.123456000Z"),
        (1_760_000_000.9999999, "2025-10-09T08:53:21.000000000Z"),
    ],
)
def test_a_time_is_told_with_nine_digits_and_read_back(at: float, text: str) -> None:
    assert rfc3339(at) == text
    assert read_moment(text) == pytest.approx(at, abs=1e-6)


@pytest.mark.parametrize("given", [1_760_000_000, 1_760_000_000.0, "1760000000", "2025-10-09t10:53:20+02:00"])
def test_every_spelling_of_a_time_is_read(given: object) -> None:
    assert read_moment(given) == 1_760_000_000


@pytest.mark.parametrize("given", [None, ""])
def test_no_time_is_none(given: object) -> None:
    assert read_moment(given) is None


@pytest.mark.parametrize(
    "given", [True, -1, 10**400, 1e300, float("inf"), float("nan"), [], "0x1", "٣", "now"]
)
def test_what_is_no_time_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="must be a time"):
        read_moment(given)


@pytest.mark.parametrize(
    ("longest", "client", "seconds"), [(20, "wavespeed-python", 20), (20, None, 8), (5, None, 5), (5, "x", 5)]
)
def test_a_client_that_gives_up_after_10_s_is_held_for_8(
    longest: float, client: str | None, seconds: float
) -> None:
    assert hold_seconds(longest, client) == seconds


class Listing:
    """So many jobs in all, in chunks as a store that looks through some and finds fewer would give them."""

    def __init__(self, count: int, at_most: int, empty_first: int = 0) -> None:
        self.jobs = [a_job(number) for number in range(count)]
        self.at_most = at_most
        self.empty_left = empty_first
        self.calls = 0

    def more(self, limit: int, cursor: str | None) -> JobsPage:
        self.calls += 1
        first = int(cursor or 0)
        if self.empty_left:
            self.empty_left -= 1
            return JobsPage((), str(first))
        last = min(first + min(limit, self.at_most), len(self.jobs))
        return JobsPage(tuple(self.jobs[first:last]), None if last == len(self.jobs) else str(last))


@pytest.mark.parametrize("at_most", [1, 3, 1000])
@pytest.mark.parametrize(("page", "size"), [(1, 4), (2, 4), (3, 4), (4, 4), (1, 100), (2, 5)])
def test_pages_are_cut_out_of_whatever_chunks_come(at_most: int, page: int, size: int) -> None:
    listing = Listing(10, at_most, empty_first=2)
    found = jobs_of_page(page, size, listing.more)
    assert found == listing.jobs[(page - 1) * size : page * size]


def test_no_more_is_read_than_the_page_needs() -> None:
    listing = Listing(10_000, 1000)
    jobs_of_page(1, 20, listing.more)
    assert listing.calls == 1


def test_a_search_without_end_says_how_to_narrow_it() -> None:
    listing = Listing(10, 10, empty_first=10_000)
    with pytest.raises(ApiError, match="created_after"):
        jobs_of_page(1, 20, listing.more)
    assert listing.calls == 40


def test_a_search_that_takes_too_long_says_how_to_narrow_it() -> None:
    listing = Listing(10, 10, empty_first=10_000)
    with pytest.raises(ApiError, match="created_after") as refused:
        jobs_of_page(1, 20, listing.more, lambda: listing.calls * 6.0)
    assert refused.value.code == "list_too_long"
    assert listing.calls == 3


def ended(*nsfw: bool | None) -> Job:
    outputs = tuple(
        StoredOutput(f"outputs/acme/job_1/{n}.png", "image/png", 512, 512, 9, "00" * 32, flag)
        for n, flag in enumerate(nsfw)
    )
    job = a_job(1).submitting(Attempt("att_1", CREATED_AT, 7, CREATED_AT)).processing("p", CREATED_AT)
    return job.completed(outputs, None, CREATED_AT + 9)


@pytest.mark.parametrize(
    ("nsfw", "shown"), [((False, True), [False, True]), ((None,), []), ((True, None), []), ((), [])]
)
def test_flags_are_shown_where_all_are_known(nsfw: tuple[bool | None, ...], shown: list[bool]) -> None:
    prediction = prediction_of(ended(*nsfw), (), BASE_URL)
    check(prediction, PREDICTION)
    assert prediction["has_nsfw_contents"] == shown


def failed(code: ErrorCode) -> Job:
    return a_job(1).failed(JobFailure(code, "It broke."), Billed.NO, CREATED_AT + 9)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_failure_has_a_number_of_wavespeeds(code: ErrorCode) -> None:
    documented = {1200, 1400, 1401, 1402, 1403, 1405, 1406, 1407, 5000, 5003, 5004}
    assert prediction_of(failed(code), (), BASE_URL)["code"] in documented


@pytest.mark.parametrize(
    "job", [ended(False), failed(ErrorCode.UPSTREAM_FAILED), a_job(1).cancelled(CREATED_AT)]
)
def test_what_is_delivered_is_strict_and_does_not_change_with_what_comes_later(job: Job) -> None:
    def body(of: Job) -> bytes:
        return prediction_body(of, base_url=BASE_URL, link=lambda key, expires_at: f"{key}?{expires_at}")

    check(json.loads(body(job)), DELIVERED)
    later = replace(job.settled(Billed.YES, "pred-9").hidden(), updated_at=job.updated_at + 99)
    assert body(later) == body(job)
