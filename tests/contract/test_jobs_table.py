"""What every JobsTable does: the fake that the tests run on, and the one on DynamoDB."""

from dataclasses import replace

import pytest

from darkroom.jobs.delivery import Delivery, DeliveryStatus
from darkroom.jobs.job import Attempt, Job, JobStatus, Terms
from darkroom.ports import IdTakenError, JobChangedError, JobKey, JobsTable
from memory.jobs import a_job


def added(jobs_table: JobsTable, job: Job) -> Job:
    assert jobs_table.add(job) is None
    return stored(jobs_table, job)


def stored(jobs_table: JobsTable, job: Job) -> Job:
    found = jobs_table.get(job.tenant, job.id)
    assert found is not None
    return found


def intent(job: Job) -> Job:
    return job.submitting(Attempt("att_1", job.created_at + 1, seed=7, permit_at=job.created_at + 0.9996))


def test_an_added_job_is_read_back_as_it_was(jobs_table: JobsTable) -> None:
    job = a_job(webhook_url="https://hooks.example.com/a", metadata={"order": "7"}, tag="spring", due_at=99.5)
    found = added(jobs_table, job)
    assert found.revision != ""
    assert replace(found, revision="") == job


def test_a_taken_id_gives_the_job_that_has_it_and_writes_nothing(jobs_table: JobsTable) -> None:
    first = added(jobs_table, a_job())
    with pytest.raises(IdTakenError) as taken:
        jobs_table.add(a_job(prompt="something else"))
    assert taken.value.job == first
    assert stored(jobs_table, first) == first


def test_the_same_request_again_gives_the_stored_job_as_it_is_now(jobs_table: JobsTable) -> None:
    moved = jobs_table.save(intent(added(jobs_table, a_job())))
    assert jobs_table.add(a_job()) == moved


def test_a_job_is_found_under_its_own_tenant_only(jobs_table: JobsTable) -> None:
    job = added(jobs_table, a_job())
    assert jobs_table.get("rival", job.id) is None


@pytest.mark.parametrize("job_id", ["", "job_unknown", "job#1", "j" * 5000, "job_\ud800", "jób", "../x"])
def test_an_id_that_was_never_given_finds_nothing(jobs_table: JobsTable, job_id: str) -> None:
    assert jobs_table.get("acme", job_id) is None


def test_one_id_of_two_tenants_is_two_jobs(jobs_table: JobsTable) -> None:
    mine = added(jobs_table, a_job(prompt="mine"))
    theirs = added(jobs_table, a_job(tenant="rival", prompt="theirs"))
    assert stored(jobs_table, mine).request.prompt == "mine"
    assert stored(jobs_table, theirs).request.prompt == "theirs"


def test_a_save_returns_what_is_stored_from_then_on(jobs_table: JobsTable) -> None:
    job = added(jobs_table, a_job())
    saved = jobs_table.save(intent(job))
    assert saved.status is JobStatus.SUBMITTING
    assert saved.revision != job.revision
    assert stored(jobs_table, job) == saved


def test_a_saved_job_can_be_saved_on(jobs_table: JobsTable) -> None:
    saved = jobs_table.save(intent(added(jobs_table, a_job())))
    processing = jobs_table.save(saved.processing("pred-1", saved.updated_at + 1))
    assert stored(jobs_table, processing).prediction_id == "pred-1"


def test_only_one_of_two_moves_from_the_same_reading_counts(jobs_table: JobsTable) -> None:
    job = added(jobs_table, a_job())
    winner = jobs_table.save(job.cancelled(job.created_at + 1))
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(intent(job))
    assert conflict.value.current == winner
    assert stored(jobs_table, job) == winner


def test_a_move_of_a_job_never_stored_has_nothing_to_stand_on(jobs_table: JobsTable) -> None:
    with pytest.raises(JobChangedError) as conflict:
        jobs_table.save(replace(a_job(), revision="r0"))
    assert conflict.value.current is None


def test_what_was_accepted_is_not_changed_by_a_save(jobs_table: JobsTable) -> None:
    job = added(jobs_table, a_job(prompt="as accepted"))
    jobs_table.save(replace(job, request=replace(job.request, prompt="another"), terms=Terms(1)))
    kept = stored(jobs_table, job)
    assert (kept.request.prompt, kept.price_microusd) == ("as accepted", 27_000)


def test_the_overdue_come_longest_overdue_first_and_only_they(jobs_table: JobsTable) -> None:
    for number, due_at in enumerate((300.0, 100.5, 200.0, 100.25, None)):
        jobs_table.add(a_job(number, due_at=due_at))
    overdue = list(jobs_table.overdue(now=200.0, page_size=10))
    assert overdue == [JobKey("acme", a_job(number).id) for number in (3, 1, 2)]


def test_the_overdue_are_read_to_their_end_page_by_page(jobs_table: JobsTable) -> None:
    for number in range(5):
        jobs_table.add(a_job(number, tenant=f"tenant-{number}", due_at=100.0 + number))
    overdue = [key.tenant for key in jobs_table.overdue(now=500.0, page_size=2)]
    assert overdue == [f"tenant-{number}" for number in range(5)]


def test_overdue_jobs_that_are_taken_up_while_they_are_read_hide_none(jobs_table: JobsTable) -> None:
    jobs = [added(jobs_table, a_job(number, due_at=100.0 + number)) for number in range(5)]
    found = []
    for key, job in zip(jobs_table.overdue(now=500.0, page_size=2), jobs, strict=True):
        jobs_table.save(job.due(620.0))
        found.append(key.job_id)
    assert found == [job.id for job in jobs]


def test_a_job_that_is_due_no_more_leaves_the_overdue(jobs_table: JobsTable) -> None:
    job = added(jobs_table, a_job(due_at=100.0))
    jobs_table.save(job.due(None))
    assert list(jobs_table.overdue(now=500.0, page_size=10)) == []


def test_a_delivery_is_stored_with_the_job(jobs_table: JobsTable) -> None:
    job = added(jobs_table, a_job(webhook_url="https://hooks.example.com/a"))
    saved = jobs_table.save(job.cancelled(job.created_at + 2))
    assert stored(jobs_table, saved).delivery == Delivery(DeliveryStatus.PENDING, next_at=job.created_at + 2)
