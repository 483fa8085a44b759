"""Calls of `POST /v1/images/generations` as plain HTTP, and what is left of them."""

from typing import Any

import httpx

from darkroom import adapters
from darkroom.jobs.job import Job
from darkroom.ports import JobsFilter

BODY = {"prompt": "a lighthouse at dusk", "model": "dreamina-v3.1", "size": "512x512"}
REPEAT = {"x-stainless-retry-count": "1"}


def generate(client: httpx.Client, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    return client.post("/v1/images/generations", json=BODY | changes, headers=headers)


def error(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


def all_jobs(tenant: str = "acme") -> tuple[Job, ...]:
    return adapters.jobs_table().list(tenant, JobsFilter(), 100, None).jobs
