"""What is signed, with keys that are none: callback addresses, picture links, webhooks."""

import base64
from collections.abc import Callable

from darkroom.faces.wavespeed.webhook_body import prediction_body
from darkroom.jobs.job import Job
from darkroom.links import output_link
from darkroom.wavespeed.callback_token import CallbackTarget, callback_url
from darkroom.webhooks.event import event_body
from darkroom.webhooks.formats import WebhookFormats

SIGNING_KEY = b"k" * 32
_BASE_URL = "https://api.test/live"


def secret_of(tenant: str) -> str:
    """Of the tenant's webhooks."""
    return "whsec_" + base64.b64encode(f"no secret, for tests: {tenant}".encode()).decode()


def callback_address(job: Job) -> str:
    assert job.attempt is not None
    target = CallbackTarget(job.tenant, job.id, job.attempt.id, job.attempt.key_version)
    return callback_url(_BASE_URL, SIGNING_KEY, target)


def webhook_formats(uri: Callable[[str], str]) -> WebhookFormats:
    def link(key: str, expires_at: int) -> str:
        return output_link(_BASE_URL, SIGNING_KEY, key, expires_at)

    return WebhookFormats(
        lambda job: event_body(job, base_url=_BASE_URL, link=link, uri=uri),
        lambda job: prediction_body(job, base_url=_BASE_URL, link=link),
    )
