"""What every JobsTable's listing does: newest first, filtered, in pages that belong to one tenant."""

import base64

import pytest

from darkroom.jobs.job import Attempt, Job
from darkroom.ports import JobsFilter, JobsTable
from memory.jobs import CREATED_AT, a_job

EVERYTHING = JobsFilter()
MALFORMED = ["", "%", "nonsense", "a/b/c", base64.b64encode(b"acme").decode(), "=" * 8, "é", "A" * 10_000]


def fill(jobs_table: JobsTable, count: int, **changes: object) -> None:
    for number in range(count):
        jobs_table.add(a_job(number, **changes))


def numbers(jobs: tuple[Job, ...] | list[Job]) -> list[int]:
    return [int(job.id.removeprefix("job_")) for job in jobs]


def all_pages(jobs_table: JobsTable, wanted: JobsFilter, limit: int) -> list[Job]:
    page = jobs_table.list("acme", wanted, limit, None)
    found = list(page.jobs)
    while page.cursor is not None:
        page = jobs_table.list("acme", wanted, limit, page.cursor)
        assert len(page.jobs) <= limit
        found += page.jobs
    return found


def test_the_newest_comes_first(jobs_table: JobsTable) -> None:
    fill(jobs_table, 4)
    page = jobs_table.list("acme", EVERYTHING, 10, None)
    assert numbers(page.jobs) == [3, 2, 1, 0]
    assert page.cursor is None


def test_a_tenant_without_jobs_has_an_empty_page(jobs_table: JobsTable) -> None:
    fill(jobs_table, 2)
    page = jobs_table.list("rival", EVERYTHING, 10, None)
    assert (page.jobs, page.cursor) == ((), None)


def test_listed_jobs_are_whole_and_as_they_are_now(jobs_table: JobsTable) -> None:
    fill(jobs_table, 1)
    job = jobs_table.get("acme", a_job(0).id)
    assert job is not None
    saved = jobs_table.save(job.cancelled(CREATED_AT + 5))
    assert jobs_table.list("acme", EVERYTHING, 10, None).jobs == (saved,)


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_pages_put_together_are_the_whole_once(jobs_table: JobsTable, limit: int) -> None:
    fill(jobs_table, 7)
    assert numbers(all_pages(jobs_table, EVERYTHING, limit)) == [6, 5, 4, 3, 2, 1, 0]


def test_the_last_page_has_no_cursor_even_if_it_is_full(jobs_table: JobsTable) -> None:
    fill(jobs_table, 4)
    first = jobs_table.list("acme", EVERYTHING, 2, None)
    assert jobs_table.list("acme", EVERYTHING, 2, first.cursor).cursor is None


def test_a_job_that_comes_meanwhile_doesn_t_shift_the_pages(jobs_table: JobsTable) -> None:
    fill(jobs_table, 4)
    first = jobs_table.list("acme", EVERYTHING, 2, None)
    jobs_table.add(a_job(9))
    assert numbers(jobs_table.list("acme", EVERYTHING, 2, first.cursor).jobs) == [1, 0]


def test_jobs_of_the_same_moment_are_all_listed(jobs_table: JobsTable) -> None:
    for number in range(5):
        jobs_table.add(a_job(number, created_at=CREATED_AT))
    assert numbers(all_pages(jobs_table, EVERYTHING, 2)) == [4, 3, 2, 1, 0]


def test_every_given_field_of_the_filter_must_match(jobs_table: JobsTable) -> None:
    jobs_table.add(a_job(0, tag="spring"))
    jobs_table.add(a_job(1, tag="spring", model="another/model"))
    jobs_table.add(a_job(2, tag="autumn"))
    jobs_table.add(a_job(3))
    assert numbers(all_pages(jobs_table, JobsFilter(tag="spring"), 10)) == [1, 0]
    assert numbers(all_pages(jobs_table, JobsFilter(tag="spring", model="another/model"), 10)) == [1]
    assert numbers(all_pages(jobs_table, JobsFilter(tag="winter"), 10)) == []


def test_the_status_that_is_wanted_is_today_s(jobs_table: JobsTable) -> None:
    fill(jobs_table, 3)
    job = jobs_table.get("acme", a_job(1).id)
    assert job is not None
    jobs_table.save(job.cancelled(CREATED_AT + 5))
    assert numbers(all_pages(jobs_table, JobsFilter(statuses=frozenset({"cancelled"})), 10)) == [1]
    assert numbers(all_pages(jobs_table, JobsFilter(statuses=frozenset({"queued"})), 1)) == [2, 0]


def test_any_of_several_statuses_is_wanted(jobs_table: JobsTable) -> None:
    fill(jobs_table, 3)
    for number, move in ((1, "cancelled"), (2, "submitting")):
        job = jobs_table.get("acme", a_job(number).id)
        assert job is not None
        now = CREATED_AT + 5
        moved = job.cancelled(now) if move == "cancelled" else job.submitting(Attempt("att_1", now, 7, now))
        jobs_table.save(moved)
    wanted = JobsFilter(statuses=frozenset({"queued", "submitting"}))
    assert numbers(all_pages(jobs_table, wanted, 1)) == [2, 0]


def test_deleted_jobs_can_be_left_out(jobs_table: JobsTable) -> None:
    fill(jobs_table, 3)
    job = jobs_table.get("acme", a_job(1).id)
    assert job is not None
    jobs_table.save(job.hidden())
    assert numbers(all_pages(jobs_table, JobsFilter(with_deleted=False), 1)) == [2, 0]
    assert numbers(all_pages(jobs_table, EVERYTHING, 1)) == [2, 1, 0]


@pytest.mark.parametrize(
    ("created_after", "expected"),
    [
        (-1e12, [2, 1, 0]),
        (CREATED_AT + 1, [2]),
        (CREATED_AT + 0.999, [2, 1]),
        (CREATED_AT + 2, []),
        (1e15, []),
    ],
)
def test_created_after_is_strict_to_the_millisecond(
    jobs_table: JobsTable, created_after: float, expected: list[int]
) -> None:
    fill(jobs_table, 3)
    assert numbers(all_pages(jobs_table, JobsFilter(created_after=created_after), 2)) == expected


@pytest.mark.parametrize(
    ("created_before", "expected"),
    [
        (-1e12, []),
        (CREATED_AT, []),
        (CREATED_AT + 1, [0]),
        (CREATED_AT + 1.002, [1, 0]),
        (CREATED_AT + 2.002, [2, 1, 0]),
        (1e15, [2, 1, 0]),
    ],
)
def test_created_before_is_strict_to_the_millisecond(
    jobs_table: JobsTable, created_before: float, expected: list[int]
) -> None:
    fill(jobs_table, 3)
    assert numbers(all_pages(jobs_table, JobsFilter(created_before=created_before), 1)) == expected


@pytest.mark.parametrize(
    ("after", "before", "expected"), [(0.5, 3.5, [3, 2, 1]), (3.5, 0.5, []), (2, 2, []), (1, 3, [2])]
)
def test_both_ends_of_the_time_are_left_out(
    jobs_table: JobsTable, after: float, before: float, expected: list[int]
) -> None:
    fill(jobs_table, 5)
    wanted = JobsFilter(created_after=CREATED_AT + after, created_before=CREATED_AT + before)
    for limit in (1, 2, 10):
        assert numbers(all_pages(jobs_table, wanted, limit)) == expected


def test_a_cursor_later_than_the_wanted_time_goes_on_at_that_time(jobs_table: JobsTable) -> None:
    fill(jobs_table, 5)
    cursor = jobs_table.list("acme", EVERYTHING, 1, None).cursor
    wanted = JobsFilter(created_before=CREATED_AT + 2)
    assert numbers(jobs_table.list("acme", wanted, 10, cursor).jobs) == [1, 0]


@pytest.mark.parametrize("cursor", MALFORMED)
def test_a_cursor_that_was_never_given_is_refused(jobs_table: JobsTable, cursor: str) -> None:
    fill(jobs_table, 2)
    with pytest.raises(ValueError, match="cursor"):
        jobs_table.list("acme", EVERYTHING, 1, cursor)


def test_another_tenant_s_cursor_is_refused(jobs_table: JobsTable) -> None:
    fill(jobs_table, 3, tenant="rival")
    cursor = jobs_table.list("rival", EVERYTHING, 1, None).cursor
    assert cursor is not None
    with pytest.raises(ValueError, match="cursor"):
        jobs_table.list("acme", EVERYTHING, 1, cursor)
