"""The bounded wait ends with the job or with its time, whichever is first."""

from dataclasses import replace

import pytest

from darkroom.http.errors import ApiError
from darkroom.http.wait import wait_for_end, wait_seconds
from darkroom.jobs.job import Job, JobStatus
from memory.clock import FakeClock
from memory.jobs import a_job


@pytest.mark.parametrize(("text", "seconds"), [(None, 0.0), ("0", 0.0), ("8", 8.0), ("2.5", 2.5)])
def test_a_wait_within_the_range_is_taken(text: str | None, seconds: float) -> None:
    assert wait_seconds(text, 8) == seconds


@pytest.mark.parametrize("text", ["8.01", "-1", "", "soon", "nan", "inf", "1e9"])
def test_a_wait_outside_of_the_range_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(ApiError, match="between 0 and 8"):
        wait_seconds(text, 8)


class Reader:
    """A job that ends at a given time."""

    def __init__(self, clock: FakeClock, ends_after: float) -> None:
        self.clock = clock
        self.ends_at = clock() + ends_after
        self.reads = 0

    def __call__(self) -> Job:
        self.reads += 1
        status = JobStatus.COMPLETED if self.clock() >= self.ends_at else JobStatus.PROCESSING
        return replace(a_job(), status=status)


def test_a_wait_ends_soon_after_the_job() -> None:
    clock = FakeClock()
    started, reader = clock(), Reader(clock, ends_after=2.0)
    assert wait_for_end(reader, 8, clock, clock.sleep).status is JobStatus.COMPLETED
    assert 2.0 <= clock() - started <= 2.5


def test_a_wait_without_an_end_takes_its_time_and_no_more() -> None:
    clock = FakeClock()
    started, reader = clock(), Reader(clock, ends_after=60)
    assert wait_for_end(reader, 8, clock, clock.sleep).status is JobStatus.PROCESSING
    assert clock() - started == pytest.approx(8)
    assert reader.reads <= 22


def test_no_wait_is_one_read() -> None:
    clock = FakeClock()
    reader = Reader(clock, ends_after=60)
    wait_for_end(reader, 0, clock, clock.sleep)
    assert reader.reads == 1
