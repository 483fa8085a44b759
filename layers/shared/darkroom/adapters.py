"""Each adapter, built once a process when it is first asked for: the world as this stack has it.

Modules are imported where they are used, so that a function loads only what its own path needs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from darkroom.aws.clients import Clients
from darkroom.settings import settings

if TYPE_CHECKING:
    import httpx

    from darkroom.aws.accounts_table import AccountsTable
    from darkroom.aws.backlog import DynamoBacklog
    from darkroom.aws.budgets import Budgets
    from darkroom.aws.images_bucket import S3ImagesBucket
    from darkroom.aws.inference_times import DynamoInferenceTimes
    from darkroom.aws.jobs_table import DynamoJobsTable
    from darkroom.aws.joins import DynamoJoins
    from darkroom.aws.prices import StoredPrices
    from darkroom.aws.queues import SqsQueue
    from darkroom.aws.rate_limits import DynamoRateLimits
    from darkroom.aws.secrets import SecretValue
    from darkroom.aws.sub_accounts import DynamoSubAccounts
    from darkroom.net.client import GuardedClient
    from darkroom.observability import LoggedTelemetry
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
def budgets() -> Budgets:
    from darkroom.aws.budgets import Budgets

    return Budgets(clients().dynamodb, settings().accounts_table)


@cache
def prices() -> StoredPrices:
    from darkroom.aws.prices import StoredPrices

    return StoredPrices(clients().dynamodb, settings().accounts_table)


@cache
def inference_times() -> DynamoInferenceTimes:
    from darkroom.aws.inference_times import DynamoInferenceTimes

    return DynamoInferenceTimes(clients().dynamodb, settings().accounts_table)


@cache
def rate_limits() -> DynamoRateLimits:
    from darkroom.aws.rate_limits import DynamoRateLimits

    return DynamoRateLimits(clients().dynamodb, settings().accounts_table)


@cache
def sub_accounts() -> DynamoSubAccounts:
    from darkroom.aws.sub_accounts import DynamoSubAccounts

    return DynamoSubAccounts(clients().dynamodb, settings().accounts_table)


@cache
def jobs_table() -> DynamoJobsTable:
    from darkroom.aws.jobs_table import DynamoJobsTable

    here = settings()
    return DynamoJobsTable(clients().dynamodb, here.jobs_table, here.retention_days, here.accounts_table)


@cache
def backlog() -> DynamoBacklog:
    from darkroom.aws.backlog import DynamoBacklog

    return DynamoBacklog(clients().dynamodb, settings().jobs_table)


@cache
def joins() -> DynamoJoins:
    from darkroom.aws.joins import DynamoJoins

    return DynamoJoins(clients().dynamodb, settings().jobs_table)


@cache
def jobs_queue() -> SqsQueue:
    from darkroom.aws.queues import SqsQueue

    return SqsQueue(clients().sqs, settings().jobs_queue_url)


@cache
def webhook_queue() -> SqsQueue:
    from darkroom.aws.queues import SqsQueue

    return SqsQueue(clients().sqs, settings().webhook_queue_url)


@cache
def slow_webhook_queue() -> SqsQueue:
    from darkroom.aws.queues import SqsQueue

    return SqsQueue(clients().sqs, settings().slow_webhook_queue_url)


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


def retry_after(record: dict[str, Any], seconds: int) -> None:
    """Make a received SQS record visible again in so many seconds."""
    here = settings()
    urls = (here.jobs_queue_url, here.webhook_queue_url, here.slow_webhook_queue_url)
    clients().sqs.change_message_visibility(
        QueueUrl=next(url for url in urls if came_from(record, url)),
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=seconds,
    )


def came_from(record: dict[str, Any], queue_url: str) -> bool:
    """Whether a received SQS record is one of this queue's."""
    # arn:aws:sqs:{region}:{account}:{name}
    name: str = record["eventSourceARN"].rsplit(":", 1)[1]
    return queue_url.endswith(f"/{name}")
