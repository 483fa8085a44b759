"""The native API's routes for jobs and their webhooks."""

from darkroom.http.job_list import DEFAULT_LIMIT
from darkroom.http.job_request import JobRequest
from darkroom.http.page_limit import MAX_LIMIT
from darkroom.http.webhooks_replay import WebhooksReplay, WebhooksReplayed
from darkroom.jobs.catalogue import DREAMINA_V31
from darkroom.jobs.job import JobStatus
from darkroom.openapi.limits import MODEL_NAMES
from darkroom.openapi.operation import Answer, Body, Operation, Parameter
from darkroom.openapi.parameters import CURSOR, IDEMPOTENCY_KEY, JOB_ID, POST_HEADERS, TAG, limit
from darkroom.openapi.refusals import ADMISSION, BODY, INVALID, INVALID_KEY, JOB_NOT_FOUND, Refusal
from darkroom.openapi.samples import CANCELLED, COMPLETED, PROMPT, QUEUED, record
from darkroom.record import delivery_record
from darkroom.record_shape import DeliveryRecord, JobList, JobRecord

TAGS = {"Jobs": "The native API: a prompt in, a job at once; its picture, its webhook and its record."}

_BODY = {
    "model": DREAMINA_V31.id,
    "prompt": PROMPT,
    "size": "1328*1328",
    "webhook_url": "https://hooks.example.com/darkroom",
    "metadata": {"order": "1042"},
    "tag": "spring",
}
_LIST: JobList = {"object": "list", "data": [record(COMPLETED)], "has_more": False, "cursor": None}
_REPLAYED: WebhooksReplayed = {"replayed": 37, "has_more": False, "cursor": None}
_ENDED = Refusal(409, "job_ended", "The job is completed and can't be cancelled any more.")
_NOTHING_TO_DELIVER = Refusal(
    409, "nothing_to_deliver", "There is no event to deliver: the job has not ended, or has no webhook_url."
)
_CANCELLED = (Answer(200, "The job, cancelled.", JobRecord, record(CANCELLED)),)
_FILTERS = (
    Parameter("status", "query", "Only jobs in this state.", {"type": "string", "enum": list(JobStatus)}),
    Parameter(
        "model",
        "query",
        "Only jobs of this model: its id or an alias.",
        {"type": "string", "enum": MODEL_NAMES},
    ),
    Parameter("tag", "query", "Only jobs with this tag.", {"type": "string"}),
    Parameter(
        "created_after",
        "query",
        "Only jobs created after this time, in Unix seconds.",
        {"type": "integer", "minimum": 0, "maximum": 999_999_999_999},
    ),
)
_WAIT = Parameter(
    "wait",
    "query",
    "Seconds to hold the request until the job has ended; at most the stack's `WaitSeconds`.",
    {"type": "number", "minimum": 0, "maximum": 8, "default": 0},
)

OPERATIONS = (
    Operation(
        "post",
        "/v1/jobs",
        "createJob",
        "Jobs",
        "Ask for a picture",
        (
            Answer(
                202,
                "The job is accepted; its picture will be made.",
                JobRecord,
                record(QUEUED),
                headers=("location", *POST_HEADERS),
                links={"getJob": "/id", "cancelJob": "/id", "deleteJob": "/id", "getWebhook": "/id"},
            ),
        ),
        ADMISSION,
        parameters=(IDEMPOTENCY_KEY, TAG),
        body=Body(JobRequest, {"zen garden": _BODY}),
    ),
    Operation(
        "get",
        "/v1/jobs",
        "listJobs",
        "Jobs",
        "List jobs, newest first",
        (Answer(200, "A page of jobs.", JobList, _LIST),),
        (INVALID,),
        "A page may be shorter than `limit` while `has_more` is true.",
        parameters=(*_FILTERS, limit(MAX_LIMIT, DEFAULT_LIMIT), CURSOR),
    ),
    Operation(
        "get",
        "/v1/jobs/{id}",
        "getJob",
        "Jobs",
        "Read a job, or wait for its end",
        (
            Answer(
                200,
                "The job as it stands; addresses of pictures hold for an hour.",
                JobRecord,
                record(COMPLETED),
            ),
        ),
        (JOB_NOT_FOUND, INVALID),
        parameters=(JOB_ID, _WAIT),
    ),
    Operation(
        "delete",
        "/v1/jobs/{id}",
        "deleteJob",
        "Jobs",
        "Cancel a job",
        _CANCELLED,
        (JOB_NOT_FOUND, _ENDED),
        "The same as `POST /v1/jobs/{id}/cancel`: the record is kept.",
        parameters=(JOB_ID,),
    ),
    Operation(
        "post",
        "/v1/jobs/{id}/cancel",
        "cancelJob",
        "Jobs",
        "Cancel a job",
        _CANCELLED,
        (JOB_NOT_FOUND, _ENDED),
        "A task that upstream has already may be billed all the same; `billing.billed` says what is known.",
        parameters=(JOB_ID,),
    ),
    Operation(
        "get",
        "/v1/jobs/{id}/webhook",
        "getWebhook",
        "Jobs",
        "Read the attempts of a job's webhook",
        (Answer(200, "The webhook and its attempts.", DeliveryRecord, delivery_record(COMPLETED)),),
        (JOB_NOT_FOUND,),
        parameters=(JOB_ID,),
    ),
    Operation(
        "post",
        "/v1/jobs/{id}/webhook/replay",
        "replayWebhook",
        "Jobs",
        "Deliver a job's event again",
        (
            Answer(
                202,
                "The same event goes out again, with a whole new schedule.",
                JobRecord,
                record(COMPLETED),
                headers=("idempotency-replayed",),
            ),
        ),
        (JOB_NOT_FOUND, _NOTHING_TO_DELIVER, INVALID_KEY),
        "A repeat with the same Idempotency-Key starts no second schedule.",
        parameters=(JOB_ID, IDEMPOTENCY_KEY),
    ),
    Operation(
        "post",
        "/v1/webhooks/replay",
        "replayWebhooks",
        "Jobs",
        "Deliver the events since a time again",
        (Answer(202, "They go out again, each with a whole new schedule.", WebhooksReplayed, _REPLAYED),),
        (*BODY, INVALID_KEY),
        "Each call looks at a page of jobs, the newest first: go on with `cursor` while `has_more` is true. "
        "A repeat with the same Idempotency-Key, which all pages may share, starts no second schedule.",
        parameters=(IDEMPOTENCY_KEY,),
        body=Body(WebhooksReplay, {"since an outage began": {"since": 1_795_200_000}}),
    ),
)
