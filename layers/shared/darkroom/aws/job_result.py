"""What the end of a job brought, pictures or a failure: in the state, or where it is long apart from it.

    pk = {tenant}#{job_id}   sk = state#{digest}   outputs, failure; written once

Several pictures or a long error would make each later write of the state dearer. The item is put before the
state that names it by its digest: who loses the race to end a job leaves an item that nobody reads, and a
query that sees the state sees its result, which sorts behind it. Pure: talks to no table.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from darkroom.aws.attributes import Item, from_item, to_item
from darkroom.aws.item_size import item_bytes
from darkroom.aws.job_parts import failure_from, output_from, output_values
from darkroom.jobs.failure import JobFailure
from darkroom.jobs.job import Job, StoredOutput

_RESULT_BYTES = 160
"""That the state has room for: one picture or a sentence, which is what most jobs end with."""


def in_state(job: Job) -> Mapping[str, Any]:
    """The result itself, or the digest that names its item."""
    result = _values(job)
    return result if _fits(result) else {"result": _digest(result)}


def apart(job: Job) -> tuple[str, Mapping[str, Any]] | None:
    """The digest and the content of the item of its own; None where the state has room for it."""
    result = _values(job)
    return None if _fits(result) else (_digest(result), result)


def outputs_from(item: Item, folder: str) -> tuple[StoredOutput, ...]:
    """`item`: the state, or the result's own."""
    return tuple(output_from(output, folder) for output in from_item(item).get("outputs", ()))


def stored_failure(item: Item) -> JobFailure | None:
    return failure_from(from_item(item).get("failure"))


def folder_of(tenant: str, job_id: str) -> str:
    """Where the job's pictures are in the bucket: a stored one is named by what follows."""
    return f"outputs/{tenant}/{job_id}"


def _values(job: Job) -> dict[str, Any]:
    folder = folder_of(job.tenant, job.id)
    outputs = [output_values(output, folder) for output in job.outputs]
    return {"outputs": outputs, "failure": job.failure and asdict(job.failure)}


def _fits(result: Mapping[str, Any]) -> bool:
    return item_bytes(to_item(result)) <= _RESULT_BYTES


def _digest(result: Mapping[str, Any]) -> str:
    """48 bits tell the few results apart that workers may find for one job."""
    return hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()[:12]
