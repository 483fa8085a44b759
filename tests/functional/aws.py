"""The template's tables, queues, bucket and secrets, made in moto, and the environment that names them."""

import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

from local.function_settings import DEFAULTS
from template.reading import read

REGION = "us-east-1"
SIGNING_KEY = "the-signing-key-of-the-functional-tests-0123456789"


@cache
def client(service: str) -> Any:
    """Made once a process: it is botocore's reading of its models that takes the time."""
    return boto3.client(service, REGION)  # type: ignore[call-overload]  # any service


@dataclass(frozen=True, slots=True)
class Stack:
    jobs_table: str
    accounts_table: str
    jobs_queue_url: str
    webhook_queue_url: str
    slow_webhook_queue_url: str
    images_bucket: str
    upstream_key_secret: str
    signing_key_secret: str

    def environment(self) -> dict[str, str]:
        return {
            **DEFAULTS,
            "JOBS_TABLE": self.jobs_table,
            "ACCOUNTS_TABLE": self.accounts_table,
            "JOBS_QUEUE_URL": self.jobs_queue_url,
            "WEBHOOK_QUEUE_URL": self.webhook_queue_url,
            "SLOW_WEBHOOK_QUEUE_URL": self.slow_webhook_queue_url,
            "IMAGES_BUCKET": self.images_bucket,
            "UPSTREAM_KEY_SECRET": self.upstream_key_secret,
            "SIGNING_KEY_SECRET": self.signing_key_secret,
            "TENANT_PARAMETERS": "/functional/tenants",
            "UPSTREAM_URL": "https://upstream.test/api/v3",
            "PUBLIC_URL": "",
            "LOCAL_TARGETS": "",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "POWERTOOLS_SERVICE_NAME": "functional",
        }


def make_stack() -> Stack:
    """Inside of moto: every call stays in the process."""
    tables = read().of_type("AWS::DynamoDB::Table")
    unique = secrets.token_hex(4)
    return Stack(
        jobs_table=_table(tables["JobsTable"], f"jobs-{unique}"),
        accounts_table=_table(tables["AccountsTable"], f"accounts-{unique}"),
        jobs_queue_url=_queue("jobs-queue"),
        webhook_queue_url=_queue("webhook-queue"),
        slow_webhook_queue_url=_queue("slow-webhook-queue"),
        images_bucket=_bucket(f"images-{unique}"),
        upstream_key_secret=_secret("upstream-key", "wavespeed-key-of-the-functional-tests"),
        signing_key_secret=_secret("signing-key", SIGNING_KEY),
    )


def _table(properties: dict[str, Any], name: str) -> str:
    wanted = {"AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"}
    taken = {key: value for key, value in properties.items() if key in wanted}
    client("dynamodb").create_table(TableName=name, **taken)
    return name


def _queue(name: str) -> str:
    url: str = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url


def _bucket(name: str) -> str:
    client("s3").create_bucket(Bucket=name)
    return name


def _secret(name: str, value: str) -> str:
    arn: str = client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"]
    return arn
