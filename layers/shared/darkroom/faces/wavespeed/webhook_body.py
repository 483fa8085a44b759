"""The body of a webhook in WaveSpeed's format: the bare prediction, with links that outlive their maker."""

import json
from collections.abc import Callable

from darkroom.faces.wavespeed.prediction import delivered_prediction
from darkroom.jobs.job import Job
from darkroom.webhooks.event import LINK_SECONDS


def prediction_body(job: Job, *, base_url: str, link: Callable[[str, int], str]) -> bytes:
    """`link` signs an address for a key and an expiry. The same however often it is made."""
    assert job.finished_at is not None  # only the end is told of
    expires_at = int(job.finished_at) + LINK_SECONDS
    outputs = [link(output.key, expires_at) for output in job.outputs]
    prediction = delivered_prediction(job, outputs, base_url)
    return json.dumps(prediction, ensure_ascii=False, separators=(",", ":")).encode()
