"""The native API: jobs and their webhooks."""

import json

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.faces.aigateway.jobs import in_its_words
from darkroom.http.api import answer
from darkroom.http.errors import invalid_request, job_not_found
from darkroom.http.job_answers import record_of
from darkroom.http.job_list import read_list_query
from darkroom.http.payload import how_many_fit
from darkroom.http.wait import wait_for_end, wait_seconds
from darkroom.jobs.backlog import PlaceInLine
from darkroom.jobs.job import Job
from darkroom.jobs.rules import Problem
from darkroom.ports import JobsFilter
from darkroom.record import delivery_record
from darkroom.record_shape import JobList
from darkroom.settings import settings
from query.api import api


@api.get("/v1/jobs")
@api.takes("status", "model", "tag", "created_after", "limit", "cursor")
def list_jobs() -> Response[str]:
    wanted, limit, cursor = read_list_query(api.query)
    return answer(_listed(wanted, limit, cursor))


def _listed(wanted: JobsFilter, limit: int, cursor: str | None) -> JobList:
    """A page ends early where one answer could not hold it. Raises ApiError for a bad cursor."""
    try:
        page = adapters.jobs_table().list(api.tenant, wanted, limit, cursor)
    except ValueError:
        raise invalid_request(Problem("cursor", "is not one that a list answered with")) from None
    jobs = [record_of(job, adapters.images_bucket(), api.base_url) for job in page.jobs]
    fitting = how_many_fit(json.dumps(job, ensure_ascii=False) for job in jobs)
    if 1 <= fitting < len(jobs):
        return _listed(wanted, fitting, cursor)
    return {"object": "list", "data": jobs, "has_more": page.cursor is not None, "cursor": page.cursor}


@api.get("/v1/jobs/<job_id>")
@api.takes("wait")
def get_job(job_id: str) -> Response[str]:
    seconds = wait_seconds(api.query("wait"), settings().wait_seconds)
    job = wait_for_end(lambda: find_job(job_id), seconds)
    record = record_of(job, adapters.images_bucket(), api.base_url, _place(job))
    return answer(in_its_words(record, api.header("user-agent")))


@api.get("/v1/jobs/<job_id>/webhook")
def get_webhook(job_id: str) -> Response[str]:
    return answer(delivery_record(find_job(job_id)))


def _place(job: Job) -> PlaceInLine | None:
    if not job.waiting:
        return None
    from darkroom import wiring  # few jobs wait

    return wiring.places_in_line().of(job)


def find_job(job_id: str) -> Job:
    """The caller's own. Raises ApiError, the same for an unknown id and another tenant's."""
    job = adapters.jobs_table().get(api.tenant, job_id)
    if job is None:
        raise job_not_found()
    return job
