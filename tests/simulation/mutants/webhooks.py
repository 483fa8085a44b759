"""Mistakes in telling a customer."""

from dataclasses import replace
from itertools import count
from typing import Any

from darkroom.jobs.delivery import Delivery
from darkroom.jobs.job import Job
from darkroom.usecases import deliver, finish, look
from darkroom.usecases.deliver import Deliverer
from darkroom.webhooks import formats
from darkroom.webhooks.formats import WebhookFormats
from memory.webhook_secrets import MemoryWebhookSecrets
from simulation.mutants.planting import Plant


def new_webhook_id_for_each_retry(plant: Plant) -> None:
    numbers = count()
    plant(formats, "event_id", lambda job_id: f"evt_{next(numbers)}")


def body_changes_from_retry_to_retry(plant: Plant) -> None:
    real = WebhookFormats.body

    def body(self: WebhookFormats, job: Job) -> bytes:
        return real(self, job) + b" " * job.delivery.made

    plant(WebhookFormats, "body", body)


def signs_with_another_tenants_secret(plant: Plant) -> None:
    plant(
        MemoryWebhookSecrets,
        "secrets",
        lambda self, tenant: next(secrets for other, secrets in self.by_tenant.items() if other != tenant),
    )


def retries_without_a_pause(plant: Plant) -> None:
    plant(deliver, "next_delay_seconds", lambda made, **_: 0.0 if made < 8 else None)


def gives_up_after_one_failure(plant: Plant) -> None:
    plant(deliver, "next_delay_seconds", lambda made, **_: None)


def goes_on_after_a_410(plant: Plant) -> None:
    real = Deliverer._after

    def after(self: Deliverer, job: Job, result: Any, attempt: Any) -> Delivery:
        return real(self, job, replace(result, gone=False), attempt)

    plant(Deliverer, "_after", after)


def marks_delivered_before_it_is(plant: Plant) -> None:
    def after(self: Deliverer, job: Job, result: Any, attempt: Any) -> Delivery:
        return job.delivery.delivered(attempt)

    plant(Deliverer, "_after", after)


def delivers_before_the_end_is_written(plant: Plant) -> None:
    real = finish.finish

    def told_first(poller: Any, job: Job, end: Any) -> Any:
        ended = end(job)
        if ended.request.webhook_url is not None:
            poller.deliverer.first_attempt(ended, poller.time_left())
        return real(poller, job, end)

    plant(look, "finish", told_first)


def forgets_the_delivery_of_a_killed_worker(plant: Plant) -> None:
    """Not due until it is delivered: only the worker that ended the job knows of it."""
    plant(finish, "_due_for_delivery", lambda poller, ended: ended.due(None))
