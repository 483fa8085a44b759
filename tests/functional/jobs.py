"""Jobs in the states that a functional test needs, put into the real adapter's table."""

import time
from dataclasses import replace
from typing import Any

from darkroom import adapters, wiring
from darkroom.jobs.account import Account
from darkroom.jobs.job import Attempt, Job, StoredOutput
from darkroom.jobs.request import ImageRequest

REQUEST = ImageRequest(
    model="bytedance/dreamina-v3.1/text-to-image",
    prompt="a lighthouse at dusk",
    width=1328,
    height=1328,
    webhook_url="https://hooks.example.com/darkroom",
)


def queued(tenant: str = "acme", **changes: Any) -> Job:
    return wiring.acceptor().accept(Account(tenant), replace(REQUEST, **changes)).job


def waiting(tenant: str = "acme", **changes: Any) -> Job:
    """For a permit."""
    job = adapters.jobs_table().get(tenant, queued(tenant, **changes).id)
    assert job is not None
    return adapters.jobs_table().save(job.wait())


def submitting(tenant: str = "acme", **changes: Any) -> Job:
    job = adapters.jobs_table().get(tenant, queued(tenant, **changes).id)
    assert job is not None
    now = time.time()
    return adapters.jobs_table().save(job.submitting(Attempt("att_functional", now, 42, now)))


def processing(tenant: str = "acme", prediction_id: str = "pred-1", **changes: Any) -> Job:
    job = submitting(tenant, **changes)
    return adapters.jobs_table().save(job.processing(prediction_id, time.time()))


def completed(tenant: str = "acme", *, size_bytes: int = 4, **changes: Any) -> Job:
    job = processing(tenant, **changes)
    key = f"outputs/{tenant}/{job.id}/0.jpg"
    output = StoredOutput(key, "image/jpeg", 1328, 1328, size_bytes, "ab" * 32, False)
    return adapters.jobs_table().save(job.completed((output,), 6_000, time.time()).slot_given_back())
