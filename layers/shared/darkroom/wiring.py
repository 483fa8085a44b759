"""The composition root: builds each part of the system once a process, when it is first asked for.

Modules are imported where they are used, so that a function loads only what its own path needs.
"""

from __future__ import annotations

import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from darkroom.aws.clients import Clients
from darkroom.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from darkroom.aws.accounts_table import AccountsTable
    from darkroom.aws.images_bucket import S3ImagesBucket
    from darkroom.aws.jobs_table import DynamoJobsTable
    from darkroom.aws.queues import SqsQueue
    from darkroom.aws.secrets import SecretValue
    from darkroom.jobs.job import Job
    from darkroom.net.client import GuardedClient
    from darkroom.observability import LoggedTelemetry
    from darkroom.usecases.accept import Acceptor
    from darkroom.usecases.adopt import Adopter
    from darkroom.usecases.cancel import Canceller
    from darkroom.usecases.context import Poller
    from darkroom.usecases.deliver import Deliverer
    from darkroom.usecases.reconcile import Reconciler
    from darkroom.wavespeed.callback_secret import CallbackSecret
    from darkroom.wavespeed.client import WaveSpeed
    from darkroom.webhooks.sender import WebhookSender


@cache
def clients() -> Clients:
    return Clients()


@cache
def telemetry() -> LoggedTelemetry:
    from darkroom.observability import LoggedTelemetry

    return LoggedTelemetry()


@cache
def accounts_table() -> AccountsTable:
    from darkroom.aws.accounts_table import AccountsTable

    return AccountsTable(clients().dynamodb, settings().accounts_table)


@cache
def jobs_table() -> DynamoJobsTable:
    from darkroom.aws.jobs_table import DynamoJobsTable

    return DynamoJobsTable(clients().dynamodb, settings().jobs_table, settings().retention_days)


@cache
def jobs_queue() -> SqsQueue:
    from darkroom.aws.queues import SqsQueue

    return SqsQueue(clients().sqs, settings().jobs_queue_url)


@cache
def webhook_queue() -> SqsQueue:
    from darkroom.aws.queues import SqsQueue

    return SqsQueue(clients().sqs, settings().webhook_queue_url)


@cache
def images_bucket() -> S3ImagesBucket:
    from darkroom.aws.images_bucket import S3ImagesBucket

    return S3ImagesBucket(clients().s3, settings().images_bucket)


@cache
def signing_key() -> SecretValue:
    from darkroom.aws.secrets import SecretValue

    return SecretValue(clients().secretsmanager, settings().signing_key_secret)


@cache
def upstream_key() -> SecretValue:
    from darkroom.aws.secrets import SecretValue

    return SecretValue(clients().secretsmanager, settings().upstream_key_secret)


@cache
def upstream_http() -> httpx.Client:
    from darkroom.net.tls import ssl_context
    from darkroom.wavespeed.transport import open_client

    return open_client(ssl_context())


@cache
def upstream() -> WaveSpeed:
    from darkroom.wavespeed.client import WaveSpeed

    key = upstream_key()
    return WaveSpeed(upstream_http(), settings().upstream_url, key.value, renew_key=key.refresh)


@cache
def callback_secret() -> CallbackSecret:
    from darkroom.wavespeed.callback_secret import CallbackSecret

    return CallbackSecret(upstream().webhook_secret)


@cache
def acceptor() -> Acceptor:
    from darkroom.usecases.accept import Acceptor

    return Acceptor(jobs_table(), jobs_queue(), telemetry(), settings().overdue_seconds, time.time)


@cache
def canceller() -> Canceller:
    from darkroom.usecases.cancel import Canceller

    return Canceller(jobs_table(), jobs_queue(), telemetry(), settings().overdue_seconds, time.time)


@cache
def adopter() -> Adopter:
    from darkroom.usecases.adopt import Adopter

    return Adopter(jobs_table(), jobs_queue(), telemetry(), time.time)


def reconciler(time_left: Callable[[], float]) -> Reconciler:
    from darkroom.usecases.reconcile import Reconciler

    return Reconciler(
        jobs_table(),
        jobs_queue(),
        webhook_queue(),
        telemetry(),
        settings().overdue_seconds,
        time.time,
        time_left,
    )


@cache
def guarded_client() -> GuardedClient:
    """For every URL that others gave us: webhooks and pictures."""
    from darkroom.net.client import GuardedClient
    from darkroom.net.dialer import GuardedDialer

    return GuardedClient(GuardedDialer(local_targets=settings().local_targets))


@cache
def webhook_sender() -> WebhookSender:
    from darkroom.net.url_policy import SafeUrl, check_url
    from darkroom.webhooks.sender import WebhookSender

    def check(url: str) -> SafeUrl:
        return check_url(url, ports=settings().webhook_ports, local_targets=settings().local_targets)

    return WebhookSender(guarded_client(), check)


@cache
def deliverer() -> Deliverer:
    from darkroom.aws.webhook_secrets import SsmWebhookSecrets
    from darkroom.usecases.deliver import Deliverer

    return Deliverer(
        jobs=jobs_table(),
        queue=webhook_queue(),
        sender=webhook_sender(),
        secrets=SsmWebhookSecrets(clients().ssm, settings().tenant_parameters),
        telemetry=telemetry(),
        event_body=_event_body,
        overdue_seconds=settings().overdue_seconds,
        clock=time.time,
        random=random.Random(),  # noqa: S311  # jitter, no secret
    )


@cache
def poller() -> Poller:
    """Its `time_left` is that of the invocation: `replace` it."""
    from darkroom.aws.permits import DynamoPermits
    from darkroom.jobs.permits import PermitLimits
    from darkroom.pictures.fetch import PictureFetcher
    from darkroom.usecases.context import Policy, Poller

    here = settings()
    limits = PermitLimits(
        here.upstream_images_per_minute, here.upstream_concurrent_tasks, here.upstream_timeout_seconds
    )
    return Poller(
        jobs=jobs_table(),
        queue=jobs_queue(),
        upstream=upstream(),
        permits=DynamoPermits(clients().dynamodb, here.jobs_table, limits),
        pictures=PictureFetcher(
            guarded_client(), output_hosts=here.output_hosts, local_targets=here.local_targets
        ),
        bucket=images_bucket(),
        deliverer=deliverer(),
        telemetry=telemetry(),
        policy=Policy(here.callbacks, here.upstream_timeout_seconds, here.overdue_seconds),
        callback_url=_callback_url,
        clock=time.time,
        random=random.Random(),  # noqa: S311  # jitter and seeds of pictures, no secret
        time_left=lambda: 0.0,
    )


def retry_after(record: dict[str, Any], seconds: int) -> None:
    """Make a received SQS record visible again in so many seconds."""
    # arn:aws:sqs:{region}:{account}:{name}
    queue = record["eventSourceARN"].rsplit(":", 1)[1]
    urls = (settings().jobs_queue_url, settings().webhook_queue_url)
    clients().sqs.change_message_visibility(
        QueueUrl=next(url for url in urls if url.endswith(f"/{queue}")),
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=seconds,
    )


def _callback_url(job: Job) -> str | None:
    from darkroom.wavespeed.callback_token import callback_url

    if not settings().callbacks or job.attempt is None:
        return None
    key = signing_key().value().encode()
    return callback_url(settings().public_url, key, job.tenant, job.id, job.attempt.id)


def _event_body(job: Job) -> bytes:
    from darkroom.links import output_link
    from darkroom.webhooks.event import event_body

    base_url, key = settings().public_url, signing_key().value().encode()
    return event_body(
        job,
        base_url=base_url,
        link=lambda s3_key, expires_at: output_link(base_url, key, s3_key, expires_at),
        uri=images_bucket().uri,
    )
