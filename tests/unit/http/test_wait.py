"""The bounded wait ends with the job or with its time, whichever is first."""

from dataclasses import replace

import pytest

from darkroom.http.errors import ApiError
from darkroom.http.wait import wait_for_end, wait_for_ends, wait_seconds
from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import ThrottledError
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


def test_several_jobs_are_waited_for_until_the_last_one_has_ended() -> None:
    clock = FakeClock()
    jobs = [a_job(number) for number in (1, 2, 3)]
    readers = {
        job.id: Reader(clock, ends_after=seconds) for job, seconds in zip(jobs, (4, 0, 2), strict=True)
    }

    def read(job: Job) -> Job:
        return replace(readers[job.id](), id=job.id)

    started = clock()
    ended = wait_for_ends(jobs, read, 8, clock, clock.sleep)
    assert [job.id for job in ended] == [job.id for job in jobs]
    assert all(job.status is JobStatus.COMPLETED for job in ended)
    assert 4.0 <= clock() - started <= 4.5
    assert readers[jobs[1].id].reads == 1  # what has ended is not read again


def test_jobs_share_one_deadline() -> None:
    clock = FakeClock()
    jobs = [a_job(number) for number in (1, 2)]
    started, reader = clock(), Reader(clock, ends_after=60)
    ended = wait_for_ends(jobs, lambda job: replace(reader(), id=job.id), 8, clock, clock.sleep)
    assert [job.status for job in ended] == [JobStatus.PROCESSING] * 2
    assert clock() - started == pytest.approx(8)


class Throttled(Reader):
    """Its first reads fail."""

    def __init__(self, clock: FakeClock, ends_after: float, failing: int) -> None:
        super().__init__(clock, ends_after)
        self.failing = failing

    def __call__(self) -> Job:
        job = super().__call__()
        if self.reads <= self.failing:
            raise ThrottledError("ProvisionedThroughputExceededException")
        return job


def test_a_throttled_read_is_followed_by_another() -> None:
    clock = FakeClock()
    assert wait_for_end(Throttled(clock, 1, 3), 8, clock, clock.sleep).status is JobStatus.COMPLETED
    read = Throttled(clock, 1, 3)
    [job] = wait_for_ends([a_job()], lambda _: read(), 8, clock, clock.sleep)
    assert job.status is JobStatus.COMPLETED


def test_jobs_that_cant_be_read_stand_as_they_were_known() -> None:
    clock, job = FakeClock(), a_job()
    started, read = clock(), Throttled(clock, 60, 1000)
    assert wait_for_ends([job], lambda _: read(), 8, clock, clock.sleep) == [job]
    assert clock() - started == pytest.approx(8)


@pytest.mark.parametrize("seconds", [0, 8])
def test_a_job_that_nobody_has_ever_read_is_no_answer(seconds: float) -> None:
    clock = FakeClock()
    with pytest.raises(ThrottledError):
        wait_for_end(Throttled(clock, 60, 1000), seconds, clock, clock.sleep)
