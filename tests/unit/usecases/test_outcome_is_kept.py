"""What came of a paid POST is kept though the jobs table is throttled just then: nobody else knows it."""

from collections.abc import Callable

import pytest

from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.upstream import Created, KeyRefused, NotCreated, Refused, SubmitOutcome
from darkroom.ports import ThrottledError
from memory.world import TENANT, World

REFUSED = Refused(JobFailure(ErrorCode.UPSTREAM_REJECTED, "no such size"))


def never_lands(save: Callable[[Job], Job], job: Job) -> None:
    """The table has refused it."""


def lands(save: Callable[[Job], Job], job: Job) -> None:
    """Only its reply is lost."""
    save(job)


def throttle(world: World, times: int, first: Callable[[Callable[[Job], Job], Job], None]) -> None:
    """The next saves fail; `first` is what becomes of the first of them."""
    save, failed = world.jobs.save, 0

    def throttled(job: Job) -> Job:
        nonlocal failed
        if failed == times:
            return save(job)
        failed += 1
        if failed == 1:
            first(save, job)
        raise ThrottledError

    world.jobs.save = throttled  # type: ignore[method-assign]


def submitted(
    world: World, outcome: SubmitOutcome, times: int, first: Callable[[Callable[[Job], Job], Job], None]
) -> Job:
    """A job whose POST ends so, and the saves of which fail then."""
    world.upstream.script_submit(outcome)
    submit = world.upstream.submit

    def then_throttled(model: str, inputs: object, webhook_url: str | None) -> object:
        throttle(world, times, first)
        world.upstream.submit = submit  # type: ignore[method-assign]
        return submit(model, inputs, webhook_url)  # type: ignore[arg-type]

    world.upstream.submit = then_throttled  # type: ignore[assignment,method-assign]
    job = world.accept()
    world.work()
    return job


@pytest.mark.parametrize("first", [never_lands, lands])
@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (NotCreated("connect_failed"), JobStatus.QUEUED),
        (NotCreated("429", throttled=True), JobStatus.QUEUED),
        (KeyRefused("401"), JobStatus.QUEUED),
        (REFUSED, JobStatus.FAILED),
        (Created("pred-1"), JobStatus.PROCESSING),
    ],
)
def test_a_known_outcome_outlasts_a_throttled_table(
    world: World, outcome: SubmitOutcome, status: JobStatus, first: Callable[..., None]
) -> None:
    job = world.job(submitted(world, outcome, 4, first))
    assert job.status is status
    assert job.billed is (Billed.YES if status is JobStatus.PROCESSING else Billed.NO)
    assert world.permits.running == (job.slot_taken_at is not None)
    world.run(100)
    posts = 2 if status is JobStatus.QUEUED else 1
    assert len(world.upstream.submits) == posts
    assert world.telemetry.counts["AmbiguousCharge"] == 0


def test_a_worker_without_time_left_gives_the_save_up(world: World) -> None:
    world.seconds_left = 41.0
    begun = world.clock()
    with pytest.raises(ThrottledError):
        submitted(world, NotCreated("connect_failed"), 1_000, never_lands)
    assert world.clock() - begun <= 20.0


def test_a_cancelled_job_whose_post_created_nothing_is_unbilled_though_the_table_is_throttled(
    world: World,
) -> None:
    job = world.accept()

    def cancelled(*_: object) -> SubmitOutcome:
        world.canceller.cancel(TENANT, job.id)
        throttle(world, 3, never_lands)
        return NotCreated("connect_failed")

    world.upstream.submit = cancelled  # type: ignore[assignment,method-assign]
    world.work()
    assert world.job(job).billed is Billed.NO
    assert world.permits.running == 0
