"""A job as its items, and back. Pure: talks to no table.

    pk = {tenant}#{job_id}   sk = request   what was asked for and its price; written once
    pk = {tenant}#{job_id}   sk = state     all that changes; below 1 KB, so that a write costs one unit

A result that is too long for the state stands behind it (`job_result`). The request carries the keys of the
index by_tenant (`tenant`, `created`), the state those of the others: `due` + `due_at` (by_due, absent while
nothing is due), `backlog` + `place` (by_backlog, there only while the job waits for a permit). Attributes are
named after the fields they hold; what is inside the state is job_parts' and job_delivery's.
"""

import re
from dataclasses import asdict, fields

from darkroom.aws.attributes import Item, from_item, to_item
from darkroom.aws.item_size import WRITE_UNIT_BYTES, item_bytes
from darkroom.aws.job_delivery import attempt_texts, delivery_from, delivery_values
from darkroom.aws.job_parts import attempt_from, seconds_from
from darkroom.aws.job_result import apart, folder_of, in_state, outputs_from, stored_failure
from darkroom.jobs.backlog import place_of
from darkroom.jobs.booking import Booking
from darkroom.jobs.job import Billed, Job, JobStatus, Terms
from darkroom.jobs.request import ImageRequest, Priority, WebhookFormat
from darkroom.ports import JobKey

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

REQUEST = "request"
STATE = "state"
DUE = "1"
"""by_due's only partition: the index holds only what is under way."""

_SECONDS_A_DAY = 86_400
_KINDS = {"webhook_format": WebhookFormat, "priority": Priority}
_DEFAULTS = {field.name: field.default for field in fields(ImageRequest)}
"""What is as usual is not stored: to change a default changes the meaning of what stands."""


def is_job_id(text: str) -> bool:
    """Whether it can be a job's at all; anything else is not looked up."""
    return _JOB_ID.fullmatch(text) is not None


def partition_key(tenant: str, job_id: str) -> str:
    return f"{tenant}#{job_id}"


def item_key(key: JobKey, sort_key: str) -> Item:
    return to_item({"pk": partition_key(key.tenant, key.job_id), "sk": sort_key})


def job_key(item: Item) -> JobKey:
    tenant, _, job_id = item["pk"]["S"].partition("#")
    return JobKey(tenant, job_id)


def created_key(created_at: float, job_id: str = "") -> str:
    """Sorts by time, then by id. Without an id it stands before all of its millisecond."""
    return f"{int(created_at * 1000):013d}#{job_id}"


def request_item(job: Job, retention_days: int) -> Item:
    asked = {name: value for name, value in asdict(job.request).items() if value != _DEFAULTS[name]}
    return to_item(
        {
            **asked,
            "pk": partition_key(job.tenant, job.id),
            "sk": REQUEST,
            "tenant": job.tenant,
            "created": created_key(job.created_at, job.id),
            "price_microusd": job.terms.price_microusd,
            "payers": list(job.terms.payers),
            "own_upstream_key": job.terms.own_upstream_key or None,
            "expires_at": _expires_at(job, retention_days),
        }
    )


def state_item(job: Job, retention_days: int) -> Item:
    """All that `request_item` and `result_item` don't hold; of the webhook's attempts as many as there is
    room for."""
    values = {
        "pk": partition_key(job.tenant, job.id),
        "sk": STATE,
        "due": DUE if job.due_at is not None else None,
        "due_at": job.due_at,
        "status": job.status,
        "revision": job.revision,
        "expires_at": _expires_at(job, retention_days),
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "chain": job.chain or None,
        "backlog": job.upstream_account if job.waiting else None,
        "place": place_of(job) if job.waiting else None,
        "permit_at": job.permit_at,
        "attempt": job.attempt and asdict(job.attempt),
        "prediction_id": job.prediction_id,
        "submitted_at": job.submitted_at,
        "finished_at": job.finished_at,
        "inference_ms": job.inference_ms,
        **in_state(job),
        "billed": job.billed,
        "billed_at_end": job.billed_at_end,
        "booked": job.booked,
        "delivery": delivery_values(job.delivery),
        "deleted": job.deleted or None,
    }
    item = to_item(values)
    if not job.delivery.attempts:
        return item
    room_bytes = WRITE_UNIT_BYTES - 1 - item_bytes({**item, "attempts": {"S": ""}})
    return {**item, **to_item({"attempts": attempt_texts(job.delivery.attempts, room_bytes)})}


def result_item(job: Job, retention_days: int) -> Item | None:
    """None where the state has room for the result. The same for the same one: again is harmless."""
    result = apart(job)
    if result is None:
        return None
    digest, values = result
    key = {"pk": partition_key(job.tenant, job.id), "sk": _result_sort_key(digest)}
    return to_item({**key, **values, "expires_at": _expires_at(job, retention_days)})


def result_key(state: Item) -> Item | None:
    """Of the item with the state's result; None where the state holds it itself."""
    return item_key(job_key(state), _result_sort_key(state["result"]["S"])) if "result" in state else None


def stored_request(item: Item) -> ImageRequest:
    values = from_item(item)
    fields_of = {name: values[name] for name in _DEFAULTS if name in values}
    kinds = {name: kind(fields_of[name]) for name, kind in _KINDS.items() if name in fields_of}
    return ImageRequest(**{**fields_of, **kinds})


def stored_terms(item: Item) -> Terms:
    values = from_item(item)
    return Terms(
        price_microusd=values.get("price_microusd"),
        payers=tuple(values.get("payers", ())),
        own_upstream_key=values.get("own_upstream_key", False),
    )


def stored_job(request: ImageRequest, terms: Terms, state: Item, result: Item | None = None) -> Job:
    """`result`: the item that `result_key` names, or the state, which holds it where that names none."""
    values, key = from_item(state), job_key(state)
    ended = state if result is None else result
    return Job(
        id=key.job_id,
        tenant=key.tenant,
        request=request,
        created_at=float(values["created_at"]),
        updated_at=float(values["updated_at"]),
        terms=terms,
        status=JobStatus(values["status"]),
        revision=values["revision"],
        due_at=seconds_from(values.get("due_at")),
        chain=values.get("chain", 0),
        waiting="backlog" in values,
        permit_at=seconds_from(values.get("permit_at")),
        attempt=attempt_from(values.get("attempt")),
        prediction_id=values.get("prediction_id"),
        submitted_at=seconds_from(values.get("submitted_at")),
        finished_at=seconds_from(values.get("finished_at")),
        inference_ms=values.get("inference_ms"),
        outputs=outputs_from(ended, folder_of(key.tenant, key.job_id)),
        failure=stored_failure(ended),
        billed=Billed(values["billed"]),
        billed_at_end=Billed(values["billed_at_end"]) if "billed_at_end" in values else None,
        delivery=delivery_from(values.get("delivery"), values.get("attempts", ())),
        booked=Booking(values["booked"]) if "booked" in values else None,
        deleted=values.get("deleted", False),
    )


def _result_sort_key(digest: str) -> str:
    return f"{STATE}#{digest}"


def _expires_at(job: Job, retention_days: int) -> int:
    return int(job.created_at) + retention_days * _SECONDS_A_DAY
