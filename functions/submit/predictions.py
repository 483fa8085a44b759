"""WaveSpeed's API v3: predictions submitted and deleted."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters, wiring
from darkroom.faces.wavespeed.answers import Predictions
from darkroom.faces.wavespeed.deletion import Deleted, DeletedCount, DeletionRequest
from darkroom.faces.wavespeed.envelope import envelope
from darkroom.faces.wavespeed.prediction import Prediction
from darkroom.faces.wavespeed.submission import (
    BASE64_WITH_WEBHOOK,
    Base64WithWebhookError,
    Submission,
    read_submission,
)
from darkroom.faces.wavespeed.sync_mode import hold_seconds, is_old_client
from darkroom.http import admission
from darkroom.http.api import answer
from darkroom.http.errors import job_not_found
from darkroom.http.hold import held_seconds
from darkroom.http.idempotency import idempotency_key
from darkroom.http.joining import joined_turn
from darkroom.http.json_body import read_body
from darkroom.http.wait import wait_for_ends
from darkroom.jobs.job import Job
from darkroom.jobs.joins import Post, choose_resent
from darkroom.ports import ThrottledError
from darkroom.settings import settings
from darkroom.usecases.accept import Accepted
from submit.api import api

_MARGIN_SECONDS = 10.0
"""Around the hold: until when an answer is surely made."""
_DELETING = ThreadPoolExecutor(max_workers=16, thread_name_prefix="delete")


@api.post("/api/v3/<model>")
@api.takes("webhook")
def submit_prediction(model: str) -> Response[str]:
    tag = admission.tag_of(api)
    try:
        submission = read_submission(
            unquote(model), api.body, api.query("webhook"), tag, settings(), api.own_host
        )
    except Base64WithWebhookError:
        return answer({"error": BASE64_WITH_WEBHOOK}, 400)
    key = idempotency_key(api)
    if key is None and is_old_client(api.header("x-client-name")):
        return _submit_joined(submission)
    headers = admission.admit(api.account)
    accepted = admission.accept(api.account, submission.request, key)
    return _answer(submission, accepted, headers)


@api.delete("/api/v3/predictions/<job_id>")
def delete_prediction(job_id: str) -> Response[str]:
    if wiring.deleter().delete(api.tenant, job_id) is None:
        raise job_not_found()
    deleted: Deleted = {"id": job_id, "status": "deleted"}
    return answer(envelope(deleted))


@api.post("/api/v3/predictions/delete")
def delete_predictions() -> Response[str]:
    ids, tenant, deleter = read_body(DeletionRequest, api.body).ids, api.tenant, wiring.deleter()
    jobs = _DELETING.map(lambda job_id: deleter.delete(tenant, job_id), dict.fromkeys(ids))
    count: DeletedCount = {"deleted_count": sum(job is not None for job in jobs)}
    return answer(envelope(count))


def _submit_joined(submission: Submission) -> Response[str]:
    """Such a client repeats a POST that it has given up, without saying so."""
    seconds = _hold_seconds() + _MARGIN_SECONDS
    with joined_turn(
        api.account, [submission.request], Post(api.received_at), seconds, choose_resent
    ) as turn:
        accepted = admission.accept(api.account, submission.request, turn.keys[0])
        return _answer(submission, accepted, turn.headers)


def _answer(submission: Submission, accepted: Accepted, headers: dict[str, str]) -> Response[str]:
    repeated = {"idempotency-replayed": "true"} if accepted.repeated else {}
    cost = {"x-cost-cents": admission.cost_cents([accepted.job])}
    prediction = _waited_for(accepted.job) if submission.is_sync else _current(accepted.job)
    return answer(envelope(prediction), headers={**headers, **repeated, **cost})


def _current(job: Job) -> Prediction:
    """It is accepted, so that an error would lose its id."""
    try:
        return _predictions().result(job)
    except ThrottledError:
        return _predictions().outputs_unread(job)


def _waited_for(job: Job) -> Prediction:
    seconds = _hold_seconds()
    [current] = wait_for_ends(
        [job], lambda job: adapters.jobs_table().get(job.tenant, job.id) or job, seconds
    )
    if current.status.terminal:
        with suppress(ThrottledError):
            return _predictions().result(current)
    return _predictions().sync_timed_out(current, seconds)


def _predictions() -> Predictions:
    return Predictions(adapters.images_bucket(), api.base_url)


def _hold_seconds() -> float:
    return held_seconds(api, hold_seconds(settings().sync_wait_seconds, api.header("x-client-name")))
