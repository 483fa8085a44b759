"""The native API: jobs accepted, cancelled, their webhooks sent again.

What reads a body is imported where it is used: it loads pydantic, and to cancel takes none.
"""

from dataclasses import replace

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters, wiring
from darkroom.faces.aigateway.jobs import in_its_words
from darkroom.http import admission
from darkroom.http.api import answer
from darkroom.http.errors import ApiError, job_not_found
from darkroom.http.idempotency import idempotency_key
from darkroom.http.job_answers import record_of
from darkroom.jobs.delivery import DeliveryError
from darkroom.jobs.job import Job
from darkroom.record_shape import JobRecord
from darkroom.settings import settings
from darkroom.usecases.cancel import JobEndedError
from submit.api import api


@api.post("/v1/jobs")
def create_job() -> Response[str]:
    from darkroom.http.job_request import parse_request

    request, key = parse_request(api.body, settings(), api.own_host), idempotency_key(api)
    tag = admission.tag_of(api)
    headers = admission.admit(api.account)
    accepted = admission.accept(api.account, replace(request, tag=request.tag or tag), key)
    record = _record(accepted.job)
    headers |= {"location": record["urls"]["get"], "x-cost-cents": admission.cost_cents([accepted.job])}
    repeated = {"idempotency-replayed": "true"} if accepted.repeated else {}
    return answer(record, 202, headers | repeated)


@api.post("/v1/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> Response[str]:
    try:
        job = wiring.canceller().cancel(api.tenant, job_id)
    except JobEndedError as error:
        text = f"The job is {error.job.status} and can't be cancelled any more."
        raise ApiError(409, "job_ended", text) from None
    return answer(_record(_found(job)))


@api.delete("/v1/jobs/<job_id>")
def delete_job(job_id: str) -> Response[str]:
    """The same as cancel: the record is kept as long as any other."""
    return cancel_job(job_id)


@api.post("/v1/jobs/<job_id>/webhook/replay")
def replay_webhook(job_id: str) -> Response[str]:
    try:
        replay = wiring.deliverer().replay(api.tenant, job_id, idempotency_key(api))
    except DeliveryError:
        text = "There is no event to deliver: the job has not ended, or has no webhook_url."
        raise ApiError(409, "nothing_to_deliver", text) from None
    if replay is None:
        raise job_not_found()
    repeated = {"idempotency-replayed": "true"} if replay.repeated else {}
    return answer(_record(replay.job), 202, repeated)


def _record(job: Job) -> JobRecord:
    record = record_of(job, adapters.images_bucket(), api.base_url)
    return in_its_words(record, api.header("user-agent"))


def _found(job: Job | None) -> Job:
    if job is None:
        raise job_not_found()
    return job
