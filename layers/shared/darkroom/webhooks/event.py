"""The event that tells of a job's end: its id and its body are the same however often it is delivered."""

import json
from collections.abc import Callable
from dataclasses import replace

from darkroom.jobs.ids import event_id
from darkroom.jobs.job import Job, StoredOutput
from darkroom.record import billing, settled_record
from darkroom.record_shape import JobEvent

LINK_SECONDS = 7 * 24 * 3600
"""How long the pictures' links in an event hold. A presigned URL would end with the worker's own session."""


def event_body(
    job: Job, *, base_url: str, link: Callable[[str, int], str], uri: Callable[[str], str]
) -> bytes:
    """`link` signs an address for a key and an expiry. Only what is settled at the end goes in."""
    assert job.finished_at is not None  # only the end makes an event
    expires_at = int(job.finished_at) + LINK_SECONDS

    def output_url(output: StoredOutput) -> tuple[str, int]:
        return link(output.key, expires_at), expires_at

    data = settled_record(job, base_url=base_url, output_url=output_url, uri=uri)
    data["updated_at"] = int(job.finished_at)
    # A job that ended before this was stored has none
    data["billing"] = billing(replace(job, billed=job.billed_at_end or job.billed))
    event: JobEvent = {
        "id": event_id(job.id),
        "type": f"job.{job.status.value}",
        "created": int(job.finished_at),
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
