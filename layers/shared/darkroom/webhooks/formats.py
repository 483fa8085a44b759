"""What a webhook carries and how it is signed, by the format that its request asked for.

The body is the same at every attempt; time stamp and signatures are fresh.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from darkroom.jobs.ids import event_id
from darkroom.jobs.job import Job
from darkroom.jobs.request import WebhookFormat
from darkroom.webhooks.gateway_signature import gateway_signature
from darkroom.webhooks.standard_webhooks import sign
from darkroom.webhooks.v3_signature import sign_v3


@dataclass(frozen=True, slots=True)
class WebhookFormats:
    """The bodies are made from the job and what is settled at its end alone."""

    event_body: Callable[[Job], bytes]
    prediction_body: Callable[[Job], bytes]

    def body(self, job: Job) -> bytes:
        if job.request.webhook_format is WebhookFormat.PREDICTION:
            return self.prediction_body(job)
        return self.event_body(job)

    def headers(self, job: Job, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
        """`secrets` are the tenant's, the newest last; `timestamp` is Unix seconds."""
        name = event_id(job.id)
        headers = {
            "content-type": "application/json",
            "user-agent": "Darkroom-Webhook/1",
            "webhook-id": name,
            "webhook-timestamp": str(timestamp),
        }
        if job.request.webhook_format is WebhookFormat.PREDICTION:
            return {**headers, "webhook-signature": sign_v3(secrets[-1], name, timestamp, body)}
        return {
            **headers,
            "webhook-signature": sign(secrets, name, timestamp, body),
            "x-gateway-signature": gateway_signature(secrets, timestamp, body),
        }
